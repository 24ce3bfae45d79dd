// Browsers start no worker for a page that was opened from a file. Here its script runs in a frame that nobody sees, so that the
// search works without a server. The theme would load such a script from elsewhere.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      const inner = frame.contentWindow;
      inner.postMessageHere = inner.postMessage.bind(inner);
      inner.postMessage = (data) => this.tell(data);
      inner.importScripts = (...urls) =>
        urls.reduce((before, next) => before.then(() => this.load(next)), Promise.resolve());
      this.inner = inner;
      this.isReady = this.load(url);
    }

    // Runs a script in the frame.
    load(url) {
      return new Promise((resolve, reject) => {
        const script = this.inner.document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = reject;
        this.inner.document.body.appendChild(script);
      });
    }

    // What the script says to the page.
    tell(data) {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      if (this.onmessage) this.onmessage(event);
    }

    // What the page says to the script.
    postMessage(data) {
      this.isReady.then(() => this.inner.postMessageHere(data, "*"));
    }

    terminate() {
      this.inner.frameElement.remove();
    }
  };
}
