package dev.berth.engine.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.LatencyDocument;
import dev.berth.domain.LatencyBounds;
import dev.berth.engine.qemu.DiskFigures;
import dev.berth.engine.step.Verb;
import dev.berth.json.Json;
import dev.berth.machine.DiskLatencies;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.qapi.block.BlockDeviceStats;
import dev.berth.qapi.block.BlockLatencyHistogramInfo;
import dev.berth.qapi.block.BlockLatencyHistogramSet;
import dev.berth.qapi.block.QueryBlockstats;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** It is counted how long the requests of a disk take, between other bounds, or no more. */
public record LatencyAdjustment(String disk, LatencyBounds latencies) implements Adjustment {
  public static final String WHAT = "latency-histogram";

  public static LatencyAdjustment read(String disk, ObjectNode facts) {
    return new LatencyAdjustment(
        disk, LatencyDocument.read(facts.path(WHAT), "a change on record"));
  }

  @Override
  public Verb verb() {
    return Verb.ADJUST_DISK;
  }

  @Override
  public String what() {
    return WHAT;
  }

  @Override
  public String subject() {
    return disk;
  }

  @Override
  public String value() {
    return LatencyDocument.text(latencies);
  }

  @Override
  public ObjectNode facts() {
    return Json.object().set(WHAT, LatencyDocument.write(latencies));
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return DiskBackend.find(launch, disk).isPresent();
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    return definition.disk(disk).map(present -> definition.replacing(this::counted));
  }

  private Disk counted(Disk each) {
    return each.name().equals(disk) ? each.counting(latencies) : each;
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    DeviceRecord device = DiskBackend.device(launch, disk);
    return qmp.send(
        BlockLatencyHistogramSet.read(DiskLatencies.step(device, latencies).arguments()));
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    DeviceRecord device = DiskBackend.device(launch, disk);
    return qmp.send(new QueryBlockstats())
        .thenApply(
            drives ->
                drives.stream()
                    .filter(drive -> DiskFigures.isOf(device, drive))
                    .anyMatch(drive -> isSo(drive.stats())));
  }

  private boolean isSo(BlockDeviceStats stats) {
    return Stream.of(
            stats.rdLatencyHistogram(), stats.wrLatencyHistogram(), stats.flushLatencyHistogram())
        .allMatch(
            histogram ->
                histogram
                    .map(BlockLatencyHistogramInfo::boundaries)
                    .orElse(List.of())
                    .equals(DiskLatencies.nanos(latencies)));
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    return DiskLatencies.onto(launch, DiskBackend.device(launch, disk), latencies);
  }
}
