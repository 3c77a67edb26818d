package dev.berth.qapi;

import dev.berth.json.Json;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.BlockdevOptions;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.chardev.ChardevAdd;
import dev.berth.qapi.chardev.ChardevBackend;
import dev.berth.qapi.chardev.ChardevCommon;
import dev.berth.qapi.chardev.ChardevRemove;
import dev.berth.qapi.chardev.QueryChardev;
import dev.berth.qapi.control.QMPCapability;
import dev.berth.qapi.control.QmpCapabilities;
import dev.berth.qapi.control.QueryCommands;
import dev.berth.qapi.control.QueryVersion;
import dev.berth.qapi.control.Quit;
import dev.berth.qapi.introspect.QueryQmpSchema;
import dev.berth.qapi.machine.QueryCpuDefinitions;
import dev.berth.qapi.machine.QueryCpusFast;
import dev.berth.qapi.machine.QueryKvm;
import dev.berth.qapi.machine.QueryMachines;
import dev.berth.qapi.machine.QueryTarget;
import dev.berth.qapi.machine.QueryUuid;
import dev.berth.qapi.machine.SystemPowerdown;
import dev.berth.qapi.machine.SystemReset;
import dev.berth.qapi.misc.AddFd;
import dev.berth.qapi.misc.Closefd;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.misc.Getfd;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qapi.misc.QueryName;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qapi.misc.Stop;
import dev.berth.qapi.net.Netdev;
import dev.berth.qapi.net.NetdevAdd;
import dev.berth.qapi.net.NetdevDel;
import dev.berth.qapi.qdev.DeviceAdd;
import dev.berth.qapi.qdev.DeviceDel;
import dev.berth.qapi.qom.ObjectAdd;
import dev.berth.qapi.qom.ObjectDel;
import dev.berth.qapi.qom.ObjectOptions;
import dev.berth.qapi.runstate.PanicAction;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qapi.runstate.RebootAction;
import dev.berth.qapi.runstate.SetAction;
import dev.berth.qapi.runstate.ShutdownAction;
import dev.berth.qapi.runstate.WatchdogAction;
import dev.berth.qapi.yank.QueryYank;
import dev.berth.qapi.yank.Yank;
import dev.berth.qapi.yank.YankInstance;
import dev.berth.qmp.QmpCommand;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Some commands, as callers write them. */
final class QapiCommands {
  /** One of each command, with every argument. */
  static final List<QmpCommand<?>> ALL =
      List.of(
          new QmpCapabilities(Optional.of(List.of(QMPCapability.OOB))),
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
          AddFd.builder().fdsetId(1).opaque("note").build(),
          RemoveFd.builder(1).fd(2).build(),
          new QueryFdsets(),
          new Getfd("name"),
          new Closefd("name"),
          new BlockdevAdd(BlockdevOptions.NullCo.builder().nodeName("n").build()),
          new BlockdevDel("n"),
          new DeviceAdd(
              "virtio-rng-pci", Optional.of("pcie.0"), Optional.of("rng0"), Json.object()),
          new DeviceDel("rng0"),
          new NetdevAdd(new Netdev.User("net0")),
          new NetdevDel("net0"),
          new ObjectAdd(new ObjectOptions.RngBuiltin("rng")),
          new ObjectDel("rng"),
          new ChardevAdd("char", new ChardevBackend.Null(new ChardevCommon())),
          new ChardevRemove("char"),
          new QueryBlock(),
          new QueryNamedBlockNodes(),
          new QueryChardev(),
          SetAction.builder()
              .reboot(RebootAction.RESET)
              .shutdown(ShutdownAction.PAUSE)
              .panic(PanicAction.PAUSE)
              .watchdog(WatchdogAction.RESET)
              .build(),
          new Yank(List.of(new YankInstance.Chardev("char"))),
          new QueryYank());

  /** Commands that came after 5.2. */
  static final Set<String> SINCE_6_0 = Set.of("set-action", "yank", "query-yank");

  private QapiCommands() {}
}
