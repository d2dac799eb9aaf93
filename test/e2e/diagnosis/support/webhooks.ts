import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { V1Container } from '@kubernetes/client-node';
import { selfSigned } from '../../../unit/kubernetes/support/certificate.ts';
import type { Scene } from './scene.ts';

/** Where nothing listens. */
const deadPort = 9;

/** Has every new pod of the namespace refused in these words by a webhook; undefined: by one that is down. */
export async function refusePods(scene: Scene, words: string | undefined): Promise<void> {
  await admit(
    scene,
    'ValidatingWebhookConfiguration',
    words === undefined ? undefined : { allowed: false, status: { message: words } },
  );
}

/** Has a container added to every new pod of the namespace, as a service mesh does. */
export async function injectContainer(scene: Scene, container: V1Container): Promise<void> {
  const patch = JSON.stringify([{ op: 'add', path: '/spec/containers/-', value: container }]);
  await admit(scene, 'MutatingWebhookConfiguration', {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(patch).toString('base64'),
  });
}

/** Has the first container of every new pod of the namespace run another image, as a policy that mirrors images does. */
export async function replaceImage(scene: Scene, image: string): Promise<void> {
  const patch = JSON.stringify([{ op: 'replace', path: '/spec/containers/0/image', value: image }]);
  await admit(scene, 'MutatingWebhookConfiguration', {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(patch).toString('base64'),
  });
}

/** Asks a webhook on this machine about every new pod of the namespace; undefined: one that is down. */
async function admit(scene: Scene, kind: string, answer: object | undefined): Promise<void> {
  const { cert, key } = selfSigned('webhook', ['IP:127.0.0.1']);
  const port = answer ? await scene.listen(createServer({ cert, key }, answering(answer))) : deadPort;
  const { name } = scene.namespace;
  await scene.applyGlobal({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    webhooks: [
      {
        name: 'pods.policy.example.com',
        clientConfig: {
          url: `https://127.0.0.1:${port}/pods`,
          caBundle: Buffer.from(cert).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 5,
      },
    ],
  });
}

function answering(answer: object): RequestListener {
  return async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const review = JSON.parse(Buffer.concat(parts).toString()) as { request: { uid: string } };
    const whole = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: review.request.uid, ...answer },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole));
  };
}
