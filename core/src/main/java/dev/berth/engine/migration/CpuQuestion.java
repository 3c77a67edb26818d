package dev.berth.engine.migration;

import dev.berth.json.Json;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.machine.CpuModelExpansionType;
import dev.berth.qapi.machine.CpuModelInfo;
import dev.berth.qapi.machine.QueryCpuModelExpansion;
import dev.berth.qapi.qom.QomGet;
import dev.berth.qmp.QmpConnection;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a machine's QEMU what its guest's CPU is. In two answers, and not by each of its 500
 * properties, which takes QEMU a hundred times as long and comes to the same.
 */
public final class CpuQuestion {
  private CpuQuestion() {}

  /** What it is; unknown when QEMU does not tell. */
  public static CompletableFuture<GuestCpu> ask(QmpConnection qmp, LaunchRecord launch) {
    CpuModelInfo model = new CpuModelInfo(launch.hardware().model());
    return qmp.send(new QueryCpuModelExpansion(CpuModelExpansionType.FULL, model))
        .thenCombine(
            qmp.send(new QomGet(GuestCpu.PATH, GuestCpu.UNAVAILABLE)),
            (expanded, unavailable) ->
                GuestCpu.of(expanded.model().props().orElse(Json.object()), unavailable))
        .exceptionally(notTold -> GuestCpu.UNKNOWN);
  }
}
