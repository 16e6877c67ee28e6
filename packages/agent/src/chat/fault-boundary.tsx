import { Component, type ReactNode } from "react";

interface FaultBoundaryProps {
  readonly children: ReactNode;
  /** Told what a component has thrown; the screen is empty from then on. */
  readonly onFault: (error: unknown) => void;
}

/** Ends the chat in order when drawing it fails. React has no other form for this than a class. */
export class FaultBoundary extends Component<FaultBoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onFault(error);
  }

  override render(): ReactNode {
    return this.state.hasFailed ? null : this.props.children;
  }
}
