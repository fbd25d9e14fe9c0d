export const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** How urgent a message is. */
export type Severity = (typeof SEVERITIES)[number];

/** The key of a Matrix room in the configuration. What is info goes where warning goes. */
export type RoomName = 'critical' | 'warning';

export const ROOMS = ['critical', 'warning'] as const satisfies readonly RoomName[];
