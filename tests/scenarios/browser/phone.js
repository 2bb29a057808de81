"use strict";

/*
 * A seat's phone: SIP over a WebSocket (RFC 7118), sound by WebRTC, one call at a time.
 * What happens to it goes out by tell(), as JSON: {kind, call, detail, message}.
 */

const REGISTERED_S = 600;
const random = () => Math.random().toString(36).slice(2);
const HOST = `${random()}.invalid`; // a browser has no address of its own (RFC 7118 §5)

class Phone {
  async start({ uri, user, password, tone_hz }) {
    Object.assign(this, { user, password, domain: new URL(uri).hostname, sequence: 0, asked: new Map(), call: null, hear: null });
    this.contact = `<sip:${user}@${HOST};transport=ws>`;
    this.voice = await microphone(tone_hz);
    this.socket = new WebSocket(uri, "sip");
    this.socket.onmessage = ({ data }) => this.take(parse(data));
    this.socket.onclose = () => this.say("was switched off");
    this.socket.onopen = () => this.register();
  }

  async register() {
    const address = `<sip:${this.user}@${this.domain}>`;
    const { status, first } = await this.ask("REGISTER", `sip:${this.domain}`, [
      ["From", `${address};tag=${random()}`],
      ["To", address],
      ["Call-ID", random()],
      ["Contact", this.contact],
      ["Expires", REGISTERED_S],
    ]);
    this.say(status === 200 ? "registered" : "was refused registration", "", first);
  }

  async answer() {
    this.open(this.call);
    await this.negotiate(this.call, this.call.invite);
  }

  /* What it dials ends the call itself. */
  async dial(number) {
    const call = (this.call = { id: random(), tag: random() });
    this.say("dialled", call.id, number);
    this.open(call);
    await call.rtc.setLocalDescription();
    await this.gathered(call.rtc);
    const [from, to] = [this.user, number].map((name) => `<sip:${name}@${this.domain}>`);
    const headers = [["From", `${from};tag=${call.tag}`], ["To", to], ["Call-ID", call.id], ["Contact", this.contact]];
    const { status, first, body } = await this.ask("INVITE", `sip:${number}@${this.domain}`, headers, { body: call.rtc.localDescription.sdp });
    if (status === 200) await call.rtc.setRemoteDescription({ type: "answer", sdp: body });
    else this.end(first.slice("SIP/2.0 ".length));
  }

  open(call) {
    const rtc = (call.rtc = new RTCPeerConnection());
    rtc.ontrack = async ({ track }) => (this.hear = await ear(track));
    rtc.onconnectionstatechange = () => rtc.connectionState === "connected" && this.say("talks", call.id);
    this.voice.getTracks().forEach((track) => rtc.addTrack(track, this.voice));
  }

  decline() {
    this.respond(this.call.invite, "486 Busy Here");
    this.end("by this phone");
  }

  async hangUp() {
    const call = this.call;
    this.end("by this phone");
    await this.within(call, "BYE");
  }

  /* Keys as sound's own packets (RFC 4733), or each as a request of its own, as browsers' SIP libraries send them by default. */
  async keys(digits, { info }) {
    if (!info) return this.call.rtc.getSenders()[0].dtmf.insertDTMF(digits, 180, 120);
    for (const digit of digits) {
      await this.within(this.call, "INFO", { body: `Signal=${digit}\r\nDuration=160\r\n`, type: "application/dtmf-relay" });
    }
  }

  /* A request within a call that came in. */
  within({ invite, tag, id }, method, more) {
    const target = invite.one("Contact").match(/<(.*)>/)[1];
    const headers = [["From", `${invite.one("To")};tag=${tag}`], ["To", invite.one("From")], ["Call-ID", id]];
    return this.ask(method, target, headers, more);
  }

  /* What came in and went out so far, by the browser's own count. */
  async packets() {
    const rtc = this.call?.rtc;
    if (!rtc) return {};
    const found = { state: rtc.connectionState };
    const stats = await rtc.getStats();
    stats.forEach((one) => {
      if (one.type === "inbound-rtp") Object.assign(found, { received: one.packetsReceived, lost: one.packetsLost });
      if (one.type === "outbound-rtp") Object.assign(found, { sent: one.packetsSent, codec: stats.get(one.codecId)?.mimeType });
    });
    return found;
  }

  heard() {
    return this.hear ? this.hear() : [];
  }

  // ── signalling ──

  take(message) {
    const { method, status } = message;
    if (status >= 200) this.asked.get(message.one("CSeq"))?.(message);
    else if (method === "INVITE") this.invited(message);
    else if (method === "OPTIONS") this.respond(message, "200 OK");
    else if (method && method !== "ACK") this.ended(message);
  }

  invited(invite) {
    const id = invite.one("Call-ID");
    if (this.call?.id === id) return this.negotiate(this.call, invite);
    if (this.call) return this.respond(invite, "486 Busy Here");
    this.call = { id, invite, tag: random() };
    this.respond(invite, "180 Ringing");
    return this.say("rings", id, "", invite.text);
  }

  /* The answer goes out with all of this machine's addresses in it: Asterisk takes none later (trickle ICE). */
  async negotiate(call, invite) {
    await call.rtc.setRemoteDescription({ type: "offer", sdp: invite.body });
    await call.rtc.setLocalDescription();
    await this.gathered(call.rtc);
    if (this.call === call) this.respond(invite, "200 OK", call.rtc.localDescription.sdp);
  }

  async gathered(rtc) {
    while (rtc.iceGatheringState !== "complete")
      await new Promise((changed) => rtc.addEventListener("icegatheringstatechange", changed, { once: true }));
  }

  /* BYE, or CANCEL while it rings. */
  ended(request) {
    if (this.call?.id !== request.one("Call-ID")) return this.respond(request, "481 Call/Transaction Does Not Exist");
    this.respond(request, "200 OK");
    if (request.method === "CANCEL") this.respond(this.call.invite, "487 Request Terminated");
    return this.end(request.one("Reason") || "by the other side");
  }

  end(reason) {
    this.call.rtc?.close();
    this.say("call ended", this.call.id, reason);
    this.call = this.hear = null;
  }

  /* Send a request; its final answer. Asked for the password, it is sent again with it. */
  async ask(method, uri, headers, { body = "", type = "application/sdp", authorization = [] } = {}) {
    const number = `${++this.sequence} ${method}`;
    const answer = new Promise((answered) => this.asked.set(number, answered));
    const via = `SIP/2.0/WS ${HOST};branch=z9hG4bK${random()}`;
    const route = [["Via", via], ["Max-Forwards", 70]];
    this.send(`${method} ${uri} SIP/2.0`, [...route, ["CSeq", number], ...headers, ...authorization], body, type);
    const said = await answer;
    this.asked.delete(number);
    if (method === "INVITE") this.acknowledge(said, uri, route, headers);
    if (said.status !== 401 || authorization.length) return said;
    const digest = this.digest(method, uri, said.one("WWW-Authenticate"));
    return this.ask(method, uri, headers, { body, type, authorization: [["Authorization", digest]] });
  }

  /* RFC 3261 §17.1.1.3 where it was refused, else §13.2.2.4: a transaction of its own, to whoever answered. */
  acknowledge(said, uri, [via, forwards], headers) {
    const accepted = said.status < 300;
    const target = accepted ? said.one("Contact").match(/<(.*)>/)[1] : uri;
    const route = [accepted ? ["Via", `SIP/2.0/WS ${HOST};branch=z9hG4bK${random()}`] : via, forwards];
    const kept = headers.filter(([name]) => name === "From" || name === "Call-ID");
    this.send(`ACK ${target} SIP/2.0`, [...route, ["CSeq", `${parseInt(said.one("CSeq"))} ACK`], ...kept, ["To", said.one("To")]]);
  }

  /* RFC 3261 §22.4 */
  digest(method, uri, challenge) {
    const asked = Object.fromEntries([...challenge.matchAll(/(\w+)="?([^",]*)/g)].map(([, name, value]) => [name, value]));
    const [secret, request] = [md5(`${this.user}:${asked.realm}:${this.password}`), md5(`${method}:${uri}`)];
    const [count, once] = ["00000001", random()];
    const response = md5([secret, asked.nonce, count, once, "auth", request].join(":"));
    const quoted = { username: this.user, realm: asked.realm, nonce: asked.nonce, uri, response, cnonce: once, opaque: asked.opaque ?? "" };
    const pairs = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`);
    return `Digest ${pairs.join(", ")}, algorithm=MD5, qop=auth, nc=${count}`;
  }

  respond(request, status, body = "") {
    const to = request.one("To");
    this.send(`SIP/2.0 ${status}`, [
      ...request.all("Via").map((via) => ["Via", via]),
      ["From", request.one("From")],
      ["To", to.includes(";tag=") || !this.call ? to : `${to};tag=${this.call.tag}`],
      ["Call-ID", request.one("Call-ID")],
      ["CSeq", request.one("CSeq")],
      ["Contact", this.contact],
    ], body);
  }

  send(first, headers, body = "", type = "application/sdp") {
    const about = [...(body ? [["Content-Type", type]] : []), ["Content-Length", new TextEncoder().encode(body).length]];
    const lines = [first, ...[...headers, ...about].map(([name, value]) => `${name}: ${value}`)];
    this.socket.send(`${lines.join("\r\n")}\r\n\r\n${body}`);
  }

  say(kind, call = "", detail = "", message = "") {
    tell(JSON.stringify({ kind, call, detail, message }));
  }
}

/* Asterisk writes header names in full and folds no lines. */
function parse(text) {
  const end = text.indexOf("\r\n\r\n");
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]);
  const all = (name) => headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  const response = first.startsWith("SIP/2.0 ");
  return {
    text,
    first,
    method: response ? "" : first.split(" ")[0],
    status: response ? Number(first.split(" ")[1]) : 0,
    all,
    one: (name) => all(name)[0] ?? "",
    body: text.slice(end + 4),
  };
}

const phone = new Phone();
