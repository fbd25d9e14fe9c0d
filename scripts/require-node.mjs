// Says in one sentence what is wrong when the Node.js that runs is too old, instead of the obscure crash that would follow.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `dora-exporter needs Node.js 24.15 or newer, and this is ${process.versions.node}. ` +
      '`npm ci` (without --ignore-scripts) installs the right one into node_modules; run this through `npm test` or `npm run`.\n',
  );
  process.exit(2);
}
