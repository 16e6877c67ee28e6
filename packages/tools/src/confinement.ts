export { confineFiles, type ConfinementOptions } from "./confinement/confine-files.ts";
