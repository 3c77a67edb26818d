package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.backup.BackupCodec;
import dev.berth.backup.CheckpointCodec;
import dev.berth.backup.ExportCodec;
import dev.berth.backup.KnownBackupCodec;
import dev.berth.domain.EventRange;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.GuestShutdown;
import dev.berth.host.QmpEvents;
import dev.berth.host.VerbResult;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import dev.berth.migration.Arrival;
import dev.berth.migration.OfferCodec;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetPhase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * What methods answer: what the types of the API become on the wire, found out from many values.
 */
public final class ProtocolResults {
  /** Far more than what may be absent or what constants there are. */
  private static final int VALUES = 200;

  private static final String DOMAIN = "[domain](#a-domain)";

  /** What describes a domain elsewhere on the page. */
  private static final Map<String, String> LINKS = Map.of("snapshot", DOMAIN);

  private static final Function<RandomValues, JsonNode> NOTHING = values -> Json.object();
  private static final Function<RandomValues, JsonNode> VERB =
      values ->
          ResultCodec.write(
              new VerbResult(
                  values.constant(VerbResult.Effect.values()), values.text(), values.snapshot()));

  private static final Function<RandomValues, JsonNode> OBSTACLES =
      values -> MigrationMethods.write(List.of(values.text(), values.text()));

  private static final Function<RandomValues, JsonNode> ARRIVAL =
      values ->
          OfferCodec.write(
              new Arrival(
                  values.constant(TargetPhase.values()),
                  values.text(),
                  values.maybe(() -> StreamAddress.of("/run/state")),
                  values.maybe(() -> StreamAddress.of("/run/nbd"))));

  private static final Function<RandomValues, JsonNode> JOB =
      values -> JobCodec.write(values.job());

  private static final Function<RandomValues, JsonNode> KNOWN =
      values -> KnownBackupCodec.write(List.of(values.knownBackup(), values.knownBackup()));

  private static final Map<String, Function<RandomValues, JsonNode>> RESULTS =
      Map.ofEntries(
          Map.entry(
              Methods.HELLO,
              values ->
                  Json.object()
                      .put(Methods.PROTOCOL, Protocol.VERSION)
                      .put(Methods.VERSION, values.text())),
          Map.entry(Methods.HOST_INFO, values -> HostInfoCodec.write(values.hostInfo())),
          Map.entry(Methods.STOP, NOTHING),
          Map.entry(Methods.LIST, values -> ResultCodec.write(values.list(values::snapshot))),
          Map.entry(Methods.GET, values -> DomainCodec.write(values.snapshot())),
          Map.entry(
              Methods.DEFINITION,
              values ->
                  ResultCodec.write(new DefinitionView(values.text().length(), values.text()))),
          Map.entry(
              Methods.DEFINE,
              values ->
                  ResultCodec.write(
                      new DefineResult(
                          values.constant(DefineResult.Effect.values()), values.snapshot()))),
          Map.entry(Methods.UNDEFINE, NOTHING),
          Map.entry(Methods.START, VERB),
          Map.entry(Methods.SHUTDOWN, VERB),
          Map.entry(
              Methods.SHUTDOWN_GUESTS,
              values -> GuestShutdownCodec.write(values.list(() -> guestShutdown(values)))),
          Map.entry(Methods.DESTROY, VERB),
          Map.entry(Methods.RESET, VERB),
          Map.entry(Methods.PAUSE, VERB),
          Map.entry(Methods.RESUME, VERB),
          Map.entry(
              Methods.STATS_LIST,
              values -> StatsCodec.write(List.of(values.stats(), values.stats()))),
          Map.entry(Methods.STATS, values -> StatsCodec.write(values.stats())),
          Map.entry(
              Methods.DISKS, values -> DiskCodec.write(List.of(values.disk(), values.disk()))),
          Map.entry(Methods.NICS, values -> NicCodec.write(List.of(values.nic(), values.nic()))),
          Map.entry(
              Methods.SHARES, values -> ShareCodec.write(List.of(values.share(), values.share()))),
          Map.entry(Methods.ATTACH_SHARE, VERB),
          Map.entry(Methods.DETACH_SHARE, JOB),
          Map.entry(
              Methods.DEVICES,
              values -> DeviceCodec.write(List.of(values.device(), values.device()))),
          Map.entry(Methods.ATTACH_DEVICE, VERB),
          Map.entry(Methods.DETACH_DEVICE, JOB),
          Map.entry(Methods.ATTACH_NIC, VERB),
          Map.entry(Methods.DETACH_NIC, JOB),
          Map.entry(Methods.ATTACH_DISK, VERB),
          Map.entry(AdjustMethods.SET_THROTTLE, VERB),
          Map.entry(AdjustMethods.SET_LATENCY_HISTOGRAM, VERB),
          Map.entry(AdjustMethods.RESIZE_DISK, VERB),
          Map.entry(AdjustMethods.SET_LINK, VERB),
          Map.entry(SizingMethods.SET_CPUS, JOB),
          Map.entry(FrontMethods.SET_VNC_PASSWORD, VERB),
          Map.entry(MediaMethods.INSERT, VERB),
          Map.entry(MediaMethods.EJECT, VERB),
          Map.entry(SizingMethods.SET_MEMORY, JOB),
          Map.entry(SizingMethods.SET_BALLOON, JOB),
          Map.entry(Methods.DETACH_DISK, JOB),
          Map.entry(Methods.DUMP_MEMORY, JOB),
          Map.entry(BackupMethods.CREATE, JOB),
          Map.entry(ExportMethods.EXPORT, JOB),
          Map.entry(ExportMethods.FINISH, JOB),
          Map.entry(ExportMethods.EXPORTED, values -> ExportCodec.write(values.served())),
          Map.entry(ExportMethods.EXTENTS, values -> ExportCodec.write(values.extents())),
          Map.entry(SaveMethods.SAVE, JOB),
          Map.entry(SaveMethods.RESTORE, VERB),
          Map.entry(SaveMethods.DISCARD, VERB),
          Map.entry(MigrationMethods.MIGRATE, JOB),
          Map.entry(MigrationMethods.MIGRATE_OFFLINE, JOB),
          Map.entry(MigrationMethods.OBSTACLES, OBSTACLES),
          Map.entry(MigrationMethods.SET_PACE, VERB),
          Map.entry(MigrationMethods.RESOLVE, VERB),
          Map.entry(ArrivalMethods.OBSTACLES, OBSTACLES),
          Map.entry(ArrivalMethods.PREPARE, ARRIVAL),
          Map.entry(ArrivalMethods.DOMAIN_OBSTACLES, OBSTACLES),
          Map.entry(ArrivalMethods.RESERVE, ARRIVAL),
          Map.entry(ArrivalMethods.SETTLE, ARRIVAL),
          Map.entry(ArrivalMethods.AWAIT, ARRIVAL),
          Map.entry(ArrivalMethods.TAKE, ARRIVAL),
          Map.entry(ArrivalMethods.DISCARD, ARRIVAL),
          Map.entry(BackupMethods.RESTORE, JOB),
          Map.entry(BackupMethods.RESTORE_DOMAIN, JOB),
          Map.entry(BackupMethods.VERIFY, JOB),
          Map.entry(BackupMethods.DELETE, NOTHING),
          Map.entry(
              BackupMethods.LIST,
              values -> BackupCodec.write(List.of(values.backup(), values.backup()))),
          Map.entry(BackupMethods.KNOWN, KNOWN),
          Map.entry(BackupMethods.KNOWN_OF_DOMAIN, KNOWN),
          Map.entry(BackupMethods.SCAN, KNOWN),
          Map.entry(BackupMethods.CREATE_CHECKPOINT, VERB),
          Map.entry(
              BackupMethods.CHECKPOINTS,
              values -> CheckpointCodec.write(List.of(values.checkpoint(), values.checkpoint()))),
          Map.entry(BackupMethods.DELETE_CHECKPOINT, VERB),
          Map.entry(
              FrontMethods.SCREENSHOT,
              values -> ResultCodec.bytes(values.text().getBytes(StandardCharsets.UTF_8))),
          Map.entry(FrontMethods.SEND_KEYS, VERB),
          Map.entry(FrontMethods.INJECT_NMI, VERB),
          Map.entry(ImageMethods.CREATE_POOL, values -> ImageCodec.write(values.pool())),
          Map.entry(
              ImageMethods.POOLS,
              values -> ImageCodec.pools(List.of(values.pool(), values.pool()))),
          Map.entry(ImageMethods.POOL, values -> ImageCodec.write(values.pool())),
          Map.entry(ImageMethods.DELETE_POOL, NOTHING),
          Map.entry(ImageMethods.CREATE, JOB),
          Map.entry(ImageMethods.IMPORT, JOB),
          Map.entry(ImageMethods.CLONE, JOB),
          Map.entry(ImageMethods.LINK, JOB),
          Map.entry(
              ImageMethods.IMAGES,
              values -> ImageCodec.images(List.of(values.image(), values.image()))),
          Map.entry(ImageMethods.IMAGE, values -> ImageCodec.write(values.image())),
          Map.entry(ImageMethods.RESIZE, JOB),
          Map.entry(ImageMethods.CHECK, JOB),
          Map.entry(ImageMethods.DELETE, NOTHING),
          Map.entry(Methods.JOBS, values -> JobCodec.write(List.of(values.job(), values.job()))),
          Map.entry(Methods.JOB, JOB),
          Map.entry(Methods.AWAIT_JOB, JOB),
          Map.entry(Methods.CANCEL_JOB, JOB),
          Map.entry(Methods.PAUSE_JOB, JOB),
          Map.entry(Methods.RESUME_JOB, JOB),
          Map.entry(Methods.QMP, values -> QmpCodec.reply("{}")),
          Map.entry(
              Methods.QMP_EVENTS,
              values -> QmpCodec.write(new QmpEvents(7, 0, List.of("{\"event\":\"STOP\"}")))),
          Map.entry(Methods.QMP_SCHEMA, values -> QmpCodec.schema("[]")),
          Map.entry(Methods.AGENT, values -> QmpCodec.reply("{}")),
          Map.entry(Methods.AWAIT, values -> DomainCodec.write(values.snapshot())),
          Map.entry(
              Methods.LOG,
              values -> ResultCodec.bytes(values.text().getBytes(StandardCharsets.UTF_8))),
          Map.entry(
              Methods.EVENT_RANGE,
              values -> EventCodec.write(new EventRange(values.text().length(), 1))),
          Map.entry(Methods.SUBSCRIBE, NOTHING),
          Map.entry(Methods.CONSOLE, NOTHING));

  /** Found out already: many methods answer the same. */
  private static final Map<Function<RandomValues, JsonNode>, WireShape> SHAPES =
      new ConcurrentHashMap<>();

  private ProtocolResults() {}

  /** What that method answers, in every detail. */
  public static WireShape of(String method) {
    return SHAPES.computeIfAbsent(RESULTS.get(method), value -> shape(value, Map.of()));
  }

  /** What a notification of an event holds. */
  public static WireShape event() {
    return shape(values -> EventCodec.write(values.event()), Map.of());
  }

  /** What a job is wherever one is answered. */
  static WireShape job() {
    return of(Methods.JOB);
  }

  /** What a domain is wherever one is answered. */
  static WireShape domain() {
    return of(Methods.GET);
  }

  /** What the page says of that method's result. */
  static String text(String method) {
    return switch (method) {
      case Methods.GET, Methods.AWAIT -> "The result is a " + DOMAIN + ".\n";
      case Methods.LIST -> "The result is an array, each element a " + DOMAIN + ".\n";
      case Methods.DETACH_DISK,
          Methods.DETACH_NIC,
          Methods.DETACH_SHARE,
          Methods.DETACH_DEVICE,
          Methods.DUMP_MEMORY,
          BackupMethods.CREATE,
          ExportMethods.EXPORT,
          ExportMethods.FINISH,
          SaveMethods.SAVE,
          MigrationMethods.MIGRATE,
          MigrationMethods.MIGRATE_OFFLINE,
          BackupMethods.RESTORE,
          BackupMethods.RESTORE_DOMAIN,
          BackupMethods.VERIFY,
          Methods.JOB,
          Methods.AWAIT_JOB,
          Methods.CANCEL_JOB,
          Methods.PAUSE_JOB,
          Methods.RESUME_JOB ->
          "The result is a [job](#a-job).\n";
      case Methods.JOBS -> "The result is an array, each element a [job](#a-job).\n";
      case Methods.STATS_LIST -> "The result is an array, each element as of `stats.get`.\n";
      default -> table("result", shape(RESULTS.get(method), LINKS));
    };
  }

  /** A table, or a sentence where there is nothing to tell. */
  static String table(String title, WireShape shape) {
    String rows = shape.rows();
    return rows.isEmpty()
        ? "The result is empty.\n"
        : "| " + title + " | holds | |\n|---|---|---|\n" + rows;
  }

  private static GuestShutdown guestShutdown(RandomValues values) {
    return new GuestShutdown(
        values.constant(GuestShutdown.Outcome.values()), values.text(), values.snapshot());
  }

  private static WireShape shape(
      Function<RandomValues, JsonNode> value, Map<String, String> links) {
    List<JsonNode> values =
        LongStream.range(0, VALUES).mapToObj(seed -> value.apply(new RandomValues(seed))).toList();
    return WireShape.of(values, links);
  }
}
