/** The contract that every provider keeps, for any test runner. */
export {
  providerContract,
  type ContractCase,
  type ContractSituation,
  type ContractSubject,
} from "./contract.ts";
