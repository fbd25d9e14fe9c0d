import { furnish } from '../src/demo/homeserver/furnish.ts';
import { startHomeserver } from '../src/demo/homeserver/start.ts';

// A process of its own, so that what the simulated server costs is not taken for what a message costs.
const { state, token, rooms } = furnish(() => Date.now());
const server = await startHomeserver(state);

/** Tells when each message was made that a room shows, in milliseconds since the epoch, and its text. */
process.on('message', () => {
  const messages = [...state.rooms.values()].flatMap(({ timeline }) =>
    timeline.filter(({ type }) => type === 'm.room.message').map(({ content, at }) => [String(content['body']), at]),
  );
  process.send?.({ messages });
});
process.on('disconnect', () => process.exit());
process.send?.({ url: server.url, token, rooms });
