import { describe } from 'vitest';
import { arrivalContract } from './contract/arrival.ts';
import { attributionContract } from './contract/attribution.ts';
import { changesContract } from './contract/changes.ts';
import { definitionsContract } from './contract/definitions.ts';
import { errorsContract } from './contract/errors.ts';
import { healthContract } from './contract/health.ts';
import { healthArrivalContract } from './contract/health-arrival.ts';
import { healthKeepingContract } from './contract/health-keeping.ts';
import { historyContract } from './contract/history.ts';
import { lateContract } from './contract/late.ts';
import { listingContract } from './contract/listing.ts';
import { movingContract } from './contract/moving.ts';
import { pairingContract } from './contract/pairing.ts';
import { queryingContract } from './contract/querying.ts';
import { recordingContract } from './contract/recording.ts';
import { resolvingContract } from './contract/resolving.ts';
import { sentencesContract } from './contract/sentences.ts';
import { serviceErrorsContract } from './contract/service-errors.ts';
import { sinkIntakeContract } from './contract/sink-intake.ts';
import { sinkRulesContract } from './contract/sink-rules.ts';
import { sweepingContract } from './contract/sweeping.ts';
import { tellingContract } from './contract/telling.ts';
import { tickContract } from './contract/tick.ts';
import { verdictsContract } from './contract/verdicts.ts';
import { windowsContract } from './contract/windows.ts';
import type { OpenStore } from './support.ts';

/** What every store of the ledger must show. `open` gives a new, empty one each time. */
export function ledgerContract(name: string, open: OpenStore): void {
  describe(`the ledger on ${name}`, () => {
    describe('recording', () => recordingContract(open));
    describe('pairing', () => pairingContract(open));
    describe('late events', () => lateContract(open));
    describe('any order of arrival', () => arrivalContract(open));
    describe('health', () => healthContract(open));
    describe('blame and rework', () => attributionContract(open));
    describe('errors', () => errorsContract(open));
    describe('the sink takes events in', () => sinkIntakeContract(open));
    describe('the rules of the sink', () => sinkRulesContract(open));
    describe('health over moves, sweeps and restarts', () => healthKeepingContract(open));
    describe('health in any order of arrival', () => healthArrivalContract(open));
    describe('targets that go and come', () => listingContract(open));
    describe('incidents that a person resolves', () => resolvingContract(open));
    describe('verdicts of a person', () => verdictsContract(open));
    describe('moves', () => movingContract(open));
    describe('changes', () => changesContract(open));
    describe('telling', () => tellingContract(open));
    describe('time', () => tickContract(open));
    describe('retention', () => sweepingContract(open));
    describe('windows', () => windowsContract(open));
    describe('sentence by sentence', () => sentencesContract(open));
    describe('definitions', () => definitionsContract(open));
    describe('errors over sources', () => serviceErrorsContract(open));
    describe('queries', () => queryingContract(open));
    describe('histories', () => historyContract(open));
  });
}
