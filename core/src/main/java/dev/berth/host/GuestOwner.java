package dev.berth.host;

import dev.berth.api.Api;

/** Which of the two hosts of a migration is to have its guest, as somebody has found out. */
@Api(since = "0.1")
public enum GuestOwner {
  /** This one. The other one's QEMU is not there any more, and never will be again. */
  THIS_HOST,
  /** The other one, which has the guest already or will be told that it has. */
  OTHER_HOST
}
