/** The server's API: one function a question. Every failure is an `ApiError` with its sentence. */
import { page, t } from "./words.js";

export class ApiError extends Error {
  constructor(message, status = 0, kind = "", place = null) {
    super(message);
    Object.assign(this, { status, kind, place });
  }
}

const lost = () => new ApiError(t("The studio does not answer. Is it still running in its terminal? Nothing was lost: try again."), 0, "lost");

async function read(response) {
  if (response.ok) return response.status === 204 ? null : response.json();
  throw await refusal(response.status, await response.text());
}

function refusal(status, text) {
  try {
    const { error } = JSON.parse(text);
    return new ApiError(error.message, status, error.kind, error.place);
  } catch {
    return new ApiError(t("The studio could not do that ({status}).", { status: String(status) }), status);
  }
}

export async function get(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const address = asked.length ? `${path}?${new URLSearchParams(asked)}` : path;
  const response = await fetch(address, { headers: { accept: "application/json" } }).catch(() => { throw lost(); });
  return read(response);
}

/** Whether an address can be answered at all; its sentence where it cannot. */
export async function check(address) {
  const response = await fetch(address, { headers: { accept: "application/json" } }).catch(() => { throw lost(); });
  if (!response.ok) throw await refusal(response.status, await response.text());
}

export async function post(path, body = {}) {
  const headers = { accept: "application/json", "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => { throw lost(); });
  return read(response);
}

/** Send one file; `onprogress` hears a share 0..1. `signal` breaks it off. */
export function put(path, blob, onprogress = () => {}, signal = null) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = (event) => onprogress(event.total ? event.loaded / event.total : 0);
    request.onload = () => (request.status < 300 ? resolve(JSON.parse(request.responseText)) : reject(refusal(request.status, request.responseText)));
    request.onerror = () => reject(new ApiError(t("The connection was lost while the file was being sent. Nothing of it was kept: try again."), 0, "lost"));
    request.onabort = () => reject(new ApiError(t("Broken off."), 0, "aborted"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(blob);
  });
}

const corpus = (id) => `/api/corpora/${id}`;

export const api = {
  settings: () => get("/api/settings"),
  arts: () => get("/api/arts"),
  recipes: (art) => get(`/api/arts/${art}/recipes`),
  corpora: () => get("/api/corpora"),
  works: (id, query) => get(`${corpus(id)}/works`, query),
  work: (id, work) => get(`${corpus(id)}/works/${work}`),
  forget: (id, work, erase) => post(`${corpus(id)}/works/${work}/forget`, { erase }),
  model: (id) => get(`${corpus(id)}/model`),
  creations: (id, query) => get(`${corpus(id)}/creations`, query),
  creation: (id) => get(`/api/creations/${id}`),
  question: (id, query) => get(`${corpus(id)}/question`, query),
  answer: (id, said) => post(`${corpus(id)}/answer`, said),
  taste: (id, query) => get(`${corpus(id)}/taste`, query),
  tuning: (id, who) => get(`${corpus(id)}/tuning`, { who }),
  version: (id, run) => post(`${corpus(id)}/version`, { run }),
  undo: (id, who) => post(`${corpus(id)}/undo`, { who }),
  upload: (blob, name, onprogress, signal) => put(`/api/uploads?name=${encodeURIComponent(name)}`, blob, onprogress, signal),
  dropUpload: (id) => post(`/api/uploads/${id}/drop`),
  jobs: () => get("/api/jobs"),
  job: (id) => get(`/api/jobs/${id}`),
  start: (kind, wish) => post(`/api/${kind}`, wish),
  steer: (id, verb) => post(`/api/jobs/${id}/${verb}`),
  language: (language) => post("/api/settings", { language }),
  /** `what` is works, creations or uploads; `form` large, small or sound. */
  previewOf: (what, id, form, owner = page.corpus?.id) => `${what === "creations" || !owner ? "/api" : corpus(owner)}/${what}/${id}/preview?form=${form}`,
  undoable: ({ upload, work }, owner) => (upload ? get(`/api/uploads/${upload}/undoable`, { corpus: owner }) : get(`${corpus(owner)}/works/${work}/undoable`)),
  wholeOf: (work, owner = page.corpus?.id) => `${corpus(owner)}/works/${work}/whole`,
  fileOf: (id) => `/api/files/${id}`,
  viewOf: (id) => `/api/files/${id}/view`,
};
