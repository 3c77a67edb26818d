package dev.berth.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.qapi.TypedCommands;
import dev.berth.schema.QmpSchema;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Everything that can be asked without arguments, of a machine with something of each kind. */
final class Queries implements Scenario {

  @Override
  public List<String> machine() {
    return Scenario.words(
        "-machine q35,nvdimm=on -accel tcg -m 64,slots=4,maxmem=1G -smp 2,maxcpus=4",
        "-object memory-backend-ram,id=ram,size=64M -numa node,nodeid=0,memdev=ram");
  }

  @Override
  public List<String> options() {
    return Scenario.words(
        "-name berth -uuid 8f6d3c1e-9a50-4a0c-8e0e-0f4b1d2c3b4a -vnc unix:vnc,password=on",
        "-object iothread,id=io -object rng-builtin,id=rng -object memory-backend-ram,id=m1,size=16M",
        "-object memory-backend-ram,id=m2,size=16M -object cryptodev-backend-builtin,id=crypto",
        "-object throttle-group,id=limits,x-iops-total=1000",
        "-device pc-dimm,id=dimm,memdev=m1 -device nvdimm,id=nvdimm,memdev=m2",
        "-device virtio-scsi-pci,id=scsi -device qemu-xhci,id=usb",
        "-device usb-tablet,bus=usb.0 -device virtio-balloon-pci,id=balloon",
        "-device virtio-rng-pci,rng=rng -device virtio-crypto-pci,cryptodev=crypto",
        "-netdev user,id=net -device virtio-net-pci,netdev=net,id=nic -device vmgenid,guid=auto",
        "-device virtio-serial-pci,id=serial -chardev socket,id=agent,path=agent,server=on,wait=off",
        "-device virtserialport,bus=serial.0,chardev=agent,name=org.qemu.guest_agent.0,id=port",
        "-chardev ringbuf,id=ring,size=4096 -device VGA -device rocker,name=switch");
  }

  @Override
  public void run(LiveQemu qemu) throws InterruptedException, IOException {
    disks(qemu);
    qemu.tell(
        "nbd-server-start", "{'addr':{'type':'unix','data':{'path':'nbd'}},'max-connections':2}");
    qemu.tell("block-export-add", "{'type':'nbd','id':'export','node-name':'root','name':'root'}");
    for (String query : queries(qemu)) {
      Optional<JsonNode> reply = qemu.attempt(query, "{}");
      if (query.equals("query-qmp-schema")) {
        qemu.unreadOfSchema(reply.orElseThrow());
      }
    }
    qemu.tell("block-job-cancel", "{'device':'copy','force':true}", "BLOCK_JOB_CANCELLED");
    qemu.tell("nbd-server-stop", "{}", "BLOCK_EXPORT_DELETED {'id':'export'}");
  }

  private static void disks(LiveQemu qemu) throws InterruptedException, IOException {
    Images.raw(qemu, "base", 1 << 20);
    Images.qcow2(qemu, "root", 1 << 20);
    Images.qcow2(qemu, "target", 1 << 20);
    qemu.tell(
        "blockdev-add",
        "{'driver':'throttle','node-name':'base','throttle-group':'limits','file':"
            + "{'driver':'raw','file':{'driver':'file','filename':'base'}}}");
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'root','backing':'base','file':"
            + "{'driver':'file','filename':'root'},'cache':{'direct':false,'no-flush':true}}");
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'target','file':{'driver':'file','filename':'target'}}");
    qemu.tell("block-dirty-bitmap-add", "{'node':'root','name':'changes','persistent':true}");
    qemu.tell(
        "device_add",
        "{'driver':'scsi-hd','id':'disk','bus':'scsi.0','drive':'root','serial':'one'}");
    qemu.tell("device_add", "{'driver':'scsi-cd','id':'cd','bus':'scsi.0'}");
    qemu.tell(
        "blockdev-mirror",
        "{'job-id':'copy','device':'root','target':'target','sync':'full','speed':1}");
  }

  /** Those that need no argument, whether this QEMU has them or not. */
  private static List<String> queries(LiveQemu qemu) {
    return TypedCommands.all().keySet().stream()
        .filter(name -> name.startsWith("query-"))
        .filter(name -> needsNothing(qemu.schema(), name))
        .toList();
  }

  private static boolean needsNothing(QmpSchema schema, String command) {
    if (schema.supports(command)) {
      return schema.check(command, Json.object()).isEmpty();
    }
    try {
      return TypedCommands.read(command, Json.object()).isPresent();
    } catch (MalformedReplyException e) {
      return false;
    }
  }
}
