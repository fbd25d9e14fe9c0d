import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder, problemsOf, woodpecker } from './support.ts';

let folder: Folder;

beforeEach(() => {
  folder = new Folder();
  folder.write('token', 's3cret\n');
});

afterEach(() => folder[Symbol.dispose]());

function problems(yaml: string): readonly string[] {
  return problemsOf(folder.load(yaml));
}

describe('is refused, with the path and what would be right:', () => {
  it.each([
    ['a whole file of the wrong kind', '[]', 'not a set of keys; give keys and their values'],
    ['a section that is empty', 'web:', 'web: not a set of keys; give keys and their values'],
    ['a duration that is a number', 'retention: 30', 'retention: 30 is not right; give a duration such as'],
    ['a retention of nothing', 'retention: 0s', 'retention: 0s is too short; give at least 1s'],
    ['a window of nothing', 'windows: [0s]', 'windows[0]: "0s" is not right; give a duration'],
    ['a window twice', 'windows: [24h, 7d, 1d]', 'windows[2]: the same as [0]; each must be different'],
    ['half a sample', 'min_samples: 1.5', 'min_samples: 1.5 is not right; give a whole number'],
    ['a level of the log', 'log: {level: loud}', 'log.level: "loud" is not right; give one of trace, debug'],
    ['a store', 'ledger: mysql://db', 'ledger: not a store that is known; give sqlite:FILE or postgres://'],
    ['a store in memory', 'ledger: "sqlite::memory:"', 'ledger: names no file'],
    [
      'an address to listen on',
      'web: {listen_address: "3672"}',
      'web.listen_address: "3672" is not right; give an address to listen on',
    ],
    ['a web configuration that is not there', 'web: {config_file: none}', 'does not exist; create it'],
    [
      'one name for two people',
      'web: {admin_tokens: [{name: a, token_file: token}, {name: a, token_file: token}]}',
      'web.admin_tokens[1].name: the same as [0].name',
    ],
    [
      'a type of source',
      'sources: [{type: jenkins}]',
      'sources[0].type: "jenkins" is not right; give one of woodpecker, argocd, errors',
    ],
    [
      'a source without a type',
      'sources: [{url: https://a}]',
      'sources[0].type: missing; give one of woodpecker, argocd, errors',
    ],
    [
      'a token file that is not there',
      woodpecker().replace('token_file: token', 'token_file: none'),
      'sources[0].token_file: ',
    ],
    [
      'no token file',
      'sources: [{type: woodpecker, url: https://a}]',
      'sources[0].token_file: missing; give the path of the file',
    ],
    [
      'an empty path of a token',
      woodpecker().replace('token_file: token', 'token_file: ""'),
      'sources[0].token_file: empty; give the path',
    ],
    ['a certificate authority that is not there', woodpecker('ca_file: none'), 'sources[0].ca_file: '],
    [
      'another protocol',
      woodpecker().replace('https', 'ftp'),
      'sources[0].url: not an http or https address; give an address such as',
    ],
    [
      'an address without slashes',
      woodpecker().replace('https://', 'https:'),
      'sources[0].url: not an http or https address',
    ],
    ['a query', woodpecker().replace('example.org', 'example.org?a'), 'sources[0].url: has a query or a fragment'],
    ['a fragment', woodpecker().replace('example.org', 'example.org#a'), 'sources[0].url: has a query or a fragment'],
    [
      'polling without a pause',
      woodpecker('poll_interval: 0s'),
      'sources[0].poll_interval: 0s is too short; give at least 1s',
    ],
    [
      'a pause that no timer can count',
      woodpecker('poll_interval: 30d'),
      'sources[0].poll_interval: 30d is too long; give at most 1d',
    ],
    ['a poll without time', woodpecker('poll_timeout: 0s'), 'sources[0].poll_timeout: 0s is too short'],
    [
      'a body of nothing',
      woodpecker('max_body: 0B'),
      'sources[0].max_body: "0B" is not right; give a size such as 64KiB',
    ],
    ['no requests at all', woodpecker('concurrency: 0'), 'sources[0].concurrency: 0 is not right; give at least 1'],
    [
      'yes for true',
      woodpecker('deployments: "yes"'),
      'sources[0].deployments: "yes" is not right; give true or false',
    ],
    ['no events', woodpecker('events: []'), 'sources[0].events: empty; give at least one'],
    [
      'pull requests',
      woodpecker('events: [pull_request]'),
      'sources[0].events[0]: "pull_request" runs before a change is merged',
    ],
    [
      'metadata of pull requests',
      woodpecker('events: [pull_request_metadata]'),
      '"pull_request_metadata" runs before a change is merged',
    ],
    ['a name that is no text', woodpecker('name: 5'), 'sources[0].name: 5 is not right; give a name'],
    ['a name with a space at its end', woodpecker('name: "ci "'), 'sources[0].name: "ci " is not right; give a name'],
    [
      'a repository without an owner',
      woodpecker('repositories: [app]'),
      'sources[0].repositories[0]: "app" is not right; give owner/name',
    ],
    ['a regular expression', woodpecker('branches: [/(/]'), 'sources[0].branches[0]: Invalid regular expression'],
    ['a workflow', woodpecker('workflow: /(?=a)/'), 'sources[0].workflow: "(?=" looks around'],
    ['an empty environment', woodpecker('environment: ""'), 'sources[0].environment: "" is not right; give a name'],
    [
      'a forge',
      woodpecker('forge: {type: svn}'),
      'sources[0].forge.type: "svn" is not right; give one of forgejo, gitea, github, gitlab',
    ],
    [
      'no credentials at all',
      'sources: [{type: errors, url: https://a}]',
      'sources[0].token_file: missing; give token_file',
    ],
    [
      'a window that the API does not know',
      'sources: [{type: errors, url: https://a, api_key_file: token, window: 90m}]',
      'sources[0].window: not whole hours',
    ],
    [
      'a threshold',
      'sources: [{type: errors, url: https://a, api_key_file: token, thresholds: {default: -1}}]',
      'sources[0].thresholds.default: -1 is not right; give at least 0',
    ],
    [
      'an id of a workspace',
      'sink: {workspaces: [{id: 1, name: a, token_file: token}]}',
      'sink.workspaces[0].id: give a UUID',
    ],
    [
      'a rule that counts and watches',
      'sink: {rules: [{name: a, value: v, window: 1h, threshold: 1, severity: warning}]}',
      'sink.rules[0].window: has no meaning beside value',
    ],
    [
      'half an event',
      'sink: {rules: [{name: a, threshold: 1.5, severity: warning}]}',
      'sink.rules[0].threshold: 1.5 is not a number of events',
    ],
    [
      'a room that is a comment',
      'notify: {matrix: {rooms: {critical: #a:b\n  }}}',
      'notify.matrix.rooms.critical: an empty value is not right; give a room',
    ],
    [
      'a time of day',
      'notify: {matrix: {heartbeat: {at: "25:00"}}}',
      'notify.matrix.heartbeat.at: "25:00" is not a time of day',
    ],
    [
      'a time zone',
      'notify: {matrix: {heartbeat: {time_zone: Mars}}}',
      'notify.matrix.heartbeat.time_zone: "Mars" is not a time zone',
    ],
    ['a placeholder', 'notify: {dashboard_url: "https://g/{team}"}', 'notify.dashboard_url: {team} cannot be filled'],
  ])('%s', (_, yaml, part) => {
    expect(problems(yaml).join('\n')).toContain(`dora.yml: ${part}`.replace(/^dora\.yml: (?=does|")/, ''));
  });

  it('one name for two sources, also when it is the default, and for a workspace', () => {
    const two = `${woodpecker()}${woodpecker().replace('sources:\n', '')}`;
    const sink =
      'sink: {workspaces: [{id: 123e4567-e89b-42d3-a456-426614174000, name: woodpecker, token_file: token}]}';
    expect(problems(`${two}${sink}`)).toEqual([
      'dora.yml: sources[1].name: the same as sources[0].name; each must be different',
      'dora.yml: sink.workspaces[0].name: the same as sources[0].name; each must be different',
    ]);
  });

  it.each([
    ['token', 'token_file'],
    ['password', 'ledger_password_file'],
    ['api_key', 'api_key_file'],
  ])('B37: a secret in the YAML (%s), with the key for its file and without the secret', (key, file) => {
    const told = problems(woodpecker(`${key}: s3cret`)).join();
    expect(told).toContain(`sources[0].${key}: unknown key; a secret comes from a file, give ${file}`);
    expect(told).not.toContain('s3cret');
  });

  it.each([
    woodpecker().replace('https://', 'https://me:s3cret@'),
    woodpecker().replace('https://', 's3cret://s3cret@'),
    woodpecker().replace('https://ci.example.org', '[s3cret]'),
    woodpecker().replace('token_file: token', 'token_file: [s3cret]'),
    'ledger: postgres://dora:s3cret@db/dora',
    'ledger: postgres://dora@db/dora?password=s3cret',
    'ledger: s3cret',
  ])('B37: a password in an address, without it: %s', (yaml) => {
    expect(problems(yaml).join()).not.toContain('s3cret');
  });
});
