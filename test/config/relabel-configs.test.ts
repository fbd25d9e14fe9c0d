// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of relabelling, not of a template
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WoodpeckerSettings } from '../../src/sources/woodpecker/settings.ts';
import { configOf, Folder, problemsOf, woodpecker } from './support.ts';

let folder: Folder;

beforeEach(() => {
  folder = new Folder();
  folder.write('token', 's3cret\n');
});

afterEach(() => folder[Symbol.dispose]());

function problems(yaml: string): readonly string[] {
  return problemsOf(folder.load(yaml));
}

function firstSource(yaml: string): WoodpeckerSettings {
  const [source] = configOf(folder.load(yaml)).sources;
  if (source?.type !== 'woodpecker') throw new Error('no Woodpecker');
  return source;
}

describe('a rule of relabel_configs is refused:', () => {
  it.each([
    [
      '{target_label: job}',
      'target_label: "job" is not a label that can be set; give app, environment, team, or a temporary',
    ],
    ['{target_label: __meta_x}', 'target_label: "__meta_x" is not a label that can be set'],
    ['{source_labels: [a]}', 'target_label: missing; the action replace needs one'],
    ['{action: lowercase}', 'target_label: missing; the action lowercase needs one'],
    ['{action: uppercase, target_label: $1}', 'target_label: "$1" is not a label that can be set'],
    ['{action: keep, target_label: app}', 'target_label: has no meaning for the action keep'],
    ['{action: labelmap, replacement: "a-b"}', 'replacement: not the name of a label'],
    [
      '{action: dropequal, target_label: app}',
      'action: "dropequal" is not right; give one of replace, keep, drop, hashmod, labelmap, lowercase, uppercase',
    ],
    ['{action: hashmod, target_label: __tmp}', 'modulus: missing; the action hashmod needs the number of parts'],
    ['{action: hashmod, target_label: __tmp, modulus: 0}', 'modulus: '],
    ['{action: hashmod, modulus: 2}', 'target_label: missing; the action hashmod needs one'],
    ['{action: hashmod, target_label: __tmp, modulus: 2, regex: x}', 'regex: has no meaning for the action hashmod'],
    ['{regex: "(", target_label: app}', 'regex: Invalid regular expression'],
    ['{source_labels: [a-b], target_label: app}', 'source_labels[0]: "a-b" is not the name of a label'],
    ['{modulus: 5, target_label: app}', 'modulus: has no meaning for the action replace'],
    ['{action: drop, replacement: x}', 'replacement: has no meaning for the action drop'],
    ['{action: labelmap, source_labels: [app]}', 'source_labels: has no meaning for the action labelmap'],
    ['{action: uppercase, target_label: app, regex: x}', 'regex: has no meaning for the action uppercase'],
    ['{target_label: "0${1}"}', 'target_label: "0${1}" is not a label that can be set'],
    ['{target_label: "te-${1}"}', 'target_label: "te-${1}" is not a label that can be set'],
    ['{target_label: "${"}', 'target_label: "${" is not a label that can be set'],
  ])('%s', (rule, part) => {
    expect(problems(woodpecker(`relabel_configs: [${rule}]`)).join('\n')).toContain(
      `sources[0].relabel_configs[0].${part}`,
    );
  });

  it.each(['app', 'environment', 'team', '__tmp', '__tmp_x', '$1', 'te${1}m'])('but not one that sets %s', (target) => {
    expect(firstSource(woodpecker(`relabel_configs: [{target_label: "${target}"}]`)).relabel).toMatchObject([
      { targetLabel: target },
    ]);
  });

  it('but not one whose unused keys say the default, or whose action is in capitals', () => {
    const rules =
      '[{action: KEEP, source_labels: [app], replacement: $1}, {action: Uppercase, target_label: app, regex: (.*)}]';
    expect(firstSource(woodpecker(`relabel_configs: ${rules}`)).relabel).toMatchObject([
      { action: 'keep' },
      { action: 'uppercase' },
    ]);
  });

  it('in no time, however long a wrong target is', () => {
    const rule = `{target_label: "$a${'aaaa$a'.repeat(50)}-"}`;
    expect(problems(woodpecker(`relabel_configs: [${rule}]`))).toHaveLength(1);
  });
});
