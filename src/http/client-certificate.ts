import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { subjectAlternativeNames } from './subject-alternative-names.ts';
import type { TlsConfiguration } from './web-configuration.ts';

/**
 * Why the client at the other end of `socket` may not pass, or null. It is asked at each request and not in the
 * handshake, because a probe has no certificate to show and must come through all the same.
 */
export function certificateProblem(socket: Socket, { clientAuth, allowedSans }: TlsConfiguration): string | null {
  if (clientAuth === 'NoClientCert' || clientAuth === 'RequestClientCert') return null;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) {
    return clientAuth === 'VerifyClientCertIfGiven' ? null : 'a client certificate is needed';
  }
  const verified = socket instanceof TLSSocket && socket.authorized;
  if (!verified && clientAuth !== 'RequireAnyClientCert') return 'the client certificate is not trusted';
  if (allowedSans === null) return null;
  const names = subjectAlternativeNames(certificate);
  return names.some((name) => allowedSans.includes(name)) ? null : 'the client certificate has no name that is allowed';
}
