/** A token and where it may be sent to. */
export interface AccessToken {
  /** The secret. */
  readonly value: string;
  /** Scheme, host and port, for example `https://api.individual.githubcopilot.com`. */
  readonly origin: string;
  /** Headers that belong to this kind of token; requests that set them themselves keep theirs. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Where a request goes that was made out to another origin than {@link origin} or a placeholder of it: to a second
   * host of the same service. `undefined` means that the token must not go there; it may also throw, to say why.
   */
  readonly originOf?: (asked: string) => string | undefined;
}

/** What an exchange gives: a token and how long it is good for, as durations, so that no clock has to be right. */
export interface ExchangedToken {
  readonly token: AccessToken;
  /** After this many milliseconds the service wants the token to be renewed. */
  readonly refreshInMs?: number | undefined;
  /** After this many milliseconds the token is no longer accepted, by the service's own clock. */
  readonly expiresInMs?: number | undefined;
}

/** Makes a new token. The signal fires when nobody waits for it any more. */
export type TokenExchange = (options: { signal: AbortSignal }) => Promise<ExchangedToken>;

/** Gives the token for a request. */
export interface TokenSource {
  /**
   * The token to use now. `rejected` is the value of a token that the service has just refused: the source then gives
   * another one if it can. Throws what the exchange throws, or the signal's reason when that fires while it waits.
   */
  getToken(options?: { rejected?: string; signal?: AbortSignal }): Promise<AccessToken>;
  /** The token to use now, if there is nothing to wait for. A source without it is always waited for. */
  ready?(): AccessToken | undefined;
}
