package dev.berth.host;

import dev.berth.api.Api;

/** What somebody who attaches to a console may do there. */
@Api(since = "0.1")
public enum ConsoleAccess {
  /** Read and write; one at a time may write. */
  WRITE,
  /** Read only; any number of readers may be attached. */
  READ_ONLY,
  /** Read and write; whoever has written until now is detached. */
  TAKE_OVER
}
