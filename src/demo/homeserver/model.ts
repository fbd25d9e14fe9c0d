/** Somebody with an account on the server. */
export interface User {
  /** `@name:server`. */
  readonly id: string;
  /** Whether the administrators' routes obey. */
  admin: boolean;
  state: 'active' | 'locked' | 'suspended' | 'deactivated';
  /** Whether an administrator has lifted the limit on this user's messages. */
  isUnlimited: boolean;
}

/** What an access token stands for. */
export interface Session {
  readonly user: User;
  /** Null for a token that an administrator made: its transactions are forgotten when the server restarts. */
  readonly device: string | null;
  state: 'valid' | 'expired' | 'unknown';
}

export type Membership = 'invite' | 'join' | 'leave' | 'ban';

export interface PowerLevels {
  readonly events_default: number;
  readonly users: Readonly<Record<string, number>>;
}

/** An event as the server keeps it. Times in milliseconds since the epoch. */
export interface RoomEvent {
  readonly id: string;
  readonly type: string;
  readonly sender: string;
  readonly at: number;
  readonly content: Content;
  /** Absent for what is no state. */
  readonly stateKey?: string;
  /** What sent it; null for what the server made itself. */
  readonly transaction: { readonly session: Session; readonly id: string } | null;
}

export type Content = Readonly<Record<string, unknown>>;

export interface Room {
  /** `!` and more, with the server's name in versions before 12. */
  readonly id: string;
  readonly version: string;
  readonly name: string;
  /** In the order in which they came. */
  readonly timeline: RoomEvent[];
  readonly members: Map<string, Membership>;
  /** The latest state events, by type and state key. */
  readonly state: Map<string, RoomEvent>;
}
