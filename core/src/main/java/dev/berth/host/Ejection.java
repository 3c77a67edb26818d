package dev.berth.host;

import dev.berth.api.Api;

/** What to do about a drive whose medium the guest holds. */
@Api(since = "0.1")
public enum Ejection {
  /** The guest is asked to let go of it, and may keep it. */
  ASKED,
  /** It is taken from the guest, which may lose what it reads. */
  FORCED
}
