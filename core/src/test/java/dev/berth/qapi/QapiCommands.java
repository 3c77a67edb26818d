package dev.berth.qapi;

import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;
import java.util.Set;

/** The commands that Berth has types for. */
final class QapiCommands {
  /** One of each command, with every argument. */
  static final List<QmpCommand<?>> ALL =
      List.of(
          new QmpCapabilities(List.of("oob")),
          new QueryVersion(),
          new QueryStatus(),
          new QueryName(),
          new QueryUuid(),
          new QueryCpusFast(),
          new Stop(),
          new Cont(),
          new SystemReset(),
          new SystemPowerdown(),
          new Quit(),
          new QueryQmpSchema(),
          new QueryMachines(),
          new QueryCpuDefinitions(),
          new QueryKvm(),
          new QueryCommands(),
          new QueryTarget(),
          new AddFd(1L, "note"),
          new RemoveFd(1, 2L),
          new QueryFdsets(),
          new Getfd("name"),
          new Closefd("name"),
          new BlockdevAdd(Json.object().put("driver", "null-co").put("node-name", "n")),
          new BlockdevDel("n"),
          new DeviceAdd("virtio-rng-pci", "rng0", "pcie.0", Json.object()),
          new DeviceDel("rng0"),
          new NetdevAdd(Json.object().put("type", "user").put("id", "net0")),
          new NetdevDel("net0"),
          new ObjectAdd("rng-builtin", "rng", Json.object()),
          new ObjectDel("rng"),
          new ChardevAdd("char", Json.object().put("type", "null").set("data", Json.object())),
          new ChardevRemove("char"),
          new QueryBlock(),
          new QueryNamedBlockNodes(),
          new QueryChardev(),
          new SetAction(
              RebootAction.RESET, ShutdownAction.PAUSE, PanicAction.PAUSE, WatchdogAction.RESET),
          new Yank(List.of(new YankInstance.Chardev("char"))),
          new QueryYank());

  /** Commands that came after 5.2. */
  static final Set<String> SINCE_6_0 = Set.of("set-action", "yank", "query-yank");

  private QapiCommands() {}
}
