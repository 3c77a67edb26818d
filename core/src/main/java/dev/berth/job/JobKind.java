package dev.berth.job;

import dev.berth.api.Api;
import java.util.Optional;

/** What a job does. Newer versions have more. */
@Api(since = "0.1")
public enum JobKind {
  /** Takes a disk out of a machine, which needs the guest's consent. */
  DETACH_DISK("detach-disk"),
  /** Takes a network interface out of a machine, which needs the guest's consent. */
  DETACH_NIC("detach-nic"),
  /** Takes a share out of a machine, which needs the guest's consent. */
  DETACH_SHARE("detach-share"),
  /** Takes another device out of a machine, which may need the guest's consent. */
  DETACH_DEVICE("detach-device"),
  /** Writes the guest's memory to a file, while the guest stands. */
  DUMP_MEMORY("dump-memory"),
  /** Brings a machine to so many virtual CPUs; to have fewer needs the guest's consent. */
  SET_CPUS("set-cpus"),
  /** Brings a guest to so much memory, which it takes and gives back in its own time. */
  SET_MEMORY("set-memory"),
  /** Has a guest's balloon leave it so much memory. */
  SET_BALLOON("set-balloon"),
  /** Writes what is on a running machine's disks to images beside, while the guest goes on. */
  BACKUP("backup"),
  /** Serves what is on a running machine's disks by NBD, as it was at one moment. */
  PULL_BACKUP("pull-backup"),
  /** Writes the state of a machine to a file, and ends the machine. */
  SAVE("save"),
  /** Moves a machine to another host, while its guest goes on. */
  MIGRATION("migration"),
  /** Takes in a machine of another host. */
  INCOMING_MIGRATION("incoming-migration"),
  /** Writes what a backup has to new images, or onto those of a domain. */
  RESTORE_BACKUP("restore-backup"),
  /** Reads back all that a backup has. */
  VERIFY_BACKUP("verify-backup"),
  /** Removes a backup that no other stands on. */
  DELETE_BACKUP("delete-backup"),
  /** Makes an empty image in a pool. */
  CREATE_IMAGE("create-image"),
  /** Copies a file into a pool. */
  IMPORT_IMAGE("import-image"),
  /** Makes an image that has what another has: a copy of it, or one that stands on it. */
  CLONE_IMAGE("clone-image"),
  /** Gives an image another size. */
  RESIZE_IMAGE("resize-image"),
  /** Looks for errors in an image. */
  CHECK_IMAGE("check-image"),
  /** Removes an image that nothing refers to. */
  DELETE_IMAGE("delete-image"),
  /** A kind that this version does not know. */
  UNKNOWN("unknown");

  private final String text;

  JobKind(String text) {
    this.text = text;
  }

  /** The word as people and programs read it. */
  public String text() {
    return text;
  }

  /** The kind of that text; empty for one that this version does not know. */
  public static Optional<JobKind> of(String text) {
    for (JobKind kind : values()) {
      if (kind.text.equals(text)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
