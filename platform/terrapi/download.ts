import { empty, json } from './answer.ts';
import type { Answer } from './answer.ts';
import { invalid, storageEndpoint, visible } from './call.ts';
import type { Call, Service } from './call.ts';

/** `POST /v2/storage/download`: a link signed by the platform, or the unchanged URL. */
export async function download(service: Service, call: Call): Promise<Answer> {
  const url = call.query.get('url');
  if (url === null || !URL.canParse(url)) {
    throw invalid(call, { url: ['The url field is not a valid fully-qualified http, https, or s3 URL.'] });
  }
  const place = placeOf(service, url);
  const own =
    place !== undefined &&
    visible(service, call.principal).some(
      (point) => !point.forbidden && point.bucket === place.bucket && place.key.startsWith(point.prefix),
    );
  const link = own ? await service.presignDownload(place.bucket, place.key) : url;
  if (call.query.get('redirect')?.toLowerCase() !== 'false') return empty(302, { location: link });
  switch (service.controls.downloadForm) {
    case 'json-string':
      return json(200, link);
    case 'json-object':
      return json(200, { url: link, expires: null });
    case 'text':
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: link };
  }
}

/** Bucket and key of an `s3:` URL, or of a URL at the storage or at the workspaces' endpoint. */
function placeOf(service: Service, url: string): { bucket: string; key: string } | undefined {
  const endpoints = ['s3:/', service.storageUrl, storageEndpoint(service)];
  const endpoint = endpoints.find((one) => url.startsWith(`${one}/`));
  if (endpoint === undefined) return undefined;
  const [path = ''] = url.slice(endpoint.length + 1).split('?');
  const slash = path.indexOf('/');
  if (slash === -1) return undefined;
  const key = path.slice(slash + 1);
  try {
    return { bucket: path.slice(0, slash), key: endpoint === 's3:/' ? key : decodeURIComponent(key) };
  } catch {
    return undefined;
  }
}
