package dev.berth.engine.device;

import dev.berth.definition.Share;
import dev.berth.host.ShareSummary;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The shares of a domain for callers. Pure. */
public final class ShareList {
  private ShareList() {}

  public static List<ShareSummary> of(List<DeviceRow> rows) {
    return rows.stream().map(ShareList::summary).toList();
  }

  private static ShareSummary summary(DeviceRow row) {
    Optional<Share> defined = row.defined().map(Share.class::cast);
    return new ShareSummary(
        row.name(),
        tag(row).or(() -> defined.map(Share::tag)).orElseThrow(),
        source(row).or(() -> defined.map(Share::source)),
        row.device().filter(it -> it.kind().equals(LaunchRecord.LOST_SHARE)).isPresent(),
        row.scope(),
        row.place(),
        row.leaving());
  }

  private static Optional<String> tag(DeviceRow row) {
    return row.steps().stream()
        .filter(Execute.class::isInstance)
        .map(step -> ((Execute) step).arguments().path("tag").asText())
        .filter(tag -> !tag.isEmpty())
        .findFirst();
  }

  private static Optional<Path> source(DeviceRow row) {
    return row.steps().stream()
        .filter(ServeShare.class::isInstance)
        .flatMap(step -> ((ServeShare) step).source().stream())
        .findFirst();
  }
}
