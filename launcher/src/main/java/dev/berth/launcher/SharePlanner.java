package dev.berth.launcher;

import dev.berth.definition.Share;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Plans shares: a virtiofsd for each, and the device that reaches it by a socket in the run
 * directory. Pure.
 */
final class SharePlanner {
  /**
   * What serves them.
   *
   * @param program what runs
   * @param sandbox how it is shut in
   */
  record Server(Virtiofsd program, String sandbox) {}

  private final MachineDraft draft;
  private final PciSlots slots;

  SharePlanner(MachineDraft draft, PciSlots slots) {
    this.draft = draft;
    this.slots = slots;
  }

  /** The id of that share's device, and of its chardev. */
  static String id(String share) {
    return "share-" + share;
  }

  /** Adds a share. */
  void add(Share share, Server server, MachineFiles files) {
    String id = id(share.name());
    Path socket = files.shareSocket(share.name());
    draft.serveShare(
        new ServeShare(
            share.name(),
            socket,
            server.program().command(share, socket, server.sandbox()),
            Optional.of(share.source())));
    draft
        .execute("chardev-add")
        .put("id", id)
        .putObject("backend")
        .put("type", "socket")
        .putObject("data")
        .put("server", false)
        .putObject("addr")
        .put("type", "unix")
        .putObject("data")
        .put("path", socket.toString());
    Place place = slots.next();
    draft.plug("vhost-user-fs-pci", id, place).put("chardev", id).put("tag", share.tag());
    draft.device(new DeviceRecord(id, LaunchRecord.SHARE, share.name(), place.text(), List.of()));
  }
}
