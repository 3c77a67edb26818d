package dev.berth.host;

import dev.berth.api.Api;

/** Whether a disk may become smaller, and lose what is at its end. */
@Api(since = "0.1")
public enum Shrinking {
  /** It may only grow. */
  REFUSED,
  /** It may lose what is at its end. */
  ALLOWED
}
