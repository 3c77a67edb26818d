package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.GuestOwner;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StorageCopy;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The methods about machines that change hosts, and their parameters. */
final class MigrationMethods {
  static final String MIGRATE = "domain.migrate";
  static final String MIGRATE_OFFLINE = "domain.migrate-offline";
  static final String OBSTACLES = "migration.obstacles";
  static final String SET_PACE = "migration.set-pace";
  static final String RESOLVE = "migration.resolve";
  static final String TARGET = "target";
  static final String OWNER = "owner";
  private static final String SPEED = "bytesPerSecond";
  private static final String DOWNTIME = "downtimeMillis";
  private static final String CONVERGENCE = "convergence";
  private static final String LIMIT = "limitMillis";
  private static final String AT_LIMIT = "atLimit";
  private static final String CHANNELS = "channels";
  private static final String COMPRESSION = "compression";
  private static final String STORAGE = "storage";
  private static final String DIRECTORY = "storageDirectory";

  /** Where the images are that a machine finds where it goes. */
  private enum Storage {
    /** Where they are here. */
    SHARED,
    /** Where they were copied to. */
    COPIED
  }

  private MigrationMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        MIGRATE,
        (host, params) ->
            JobCodec.write(
                host.migrations()
                    .migrate(
                        ArgumentCodec.domain(params),
                        migration(params),
                        JobArguments.options(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        TARGET,
        SPEED,
        DOWNTIME,
        CONVERGENCE,
        LIMIT,
        AT_LIMIT,
        CHANNELS,
        COMPRESSION,
        STORAGE,
        DIRECTORY,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        MIGRATE_OFFLINE,
        (host, params) ->
            JobCodec.write(
                host.migrations()
                    .migrateOffline(
                        ArgumentCodec.domain(params),
                        offline(params),
                        JobArguments.options(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        TARGET,
        SPEED,
        STORAGE,
        DIRECTORY,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        OBSTACLES,
        (host, params) ->
            write(
                host.migrations()
                    .obstacles(
                        ArgumentCodec.domain(params),
                        migration(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        TARGET,
        SPEED,
        DOWNTIME,
        CONVERGENCE,
        LIMIT,
        AT_LIMIT,
        CHANNELS,
        COMPRESSION,
        STORAGE,
        DIRECTORY,
        ArgumentCodec.DEADLINE);
    methods.call(
        SET_PACE,
        (host, params) ->
            ResultCodec.write(
                host.migrations()
                    .setPace(
                        ArgumentCodec.domain(params),
                        new MigrationPace(
                            params.optionalNumber(SPEED), params.optionalMillis(DOWNTIME)),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        SPEED,
        DOWNTIME,
        ArgumentCodec.DEADLINE);
    methods.call(
        RESOLVE,
        (host, params) ->
            ResultCodec.write(
                host.migrations()
                    .resolve(
                        ArgumentCodec.domain(params),
                        params.constant(OWNER, GuestOwner.class),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        OWNER,
        ArgumentCodec.DEADLINE);
  }

  static void migration(ObjectNode params, MigrationRequest migration) {
    params.put(TARGET, migration.target().toString());
    pace(params, migration.bytesPerSecond(), migration.downtime());
    params.put(CONVERGENCE, WireText.of(migration.convergence()));
    migration
        .limit()
        .ifPresent(
            limit ->
                params
                    .put(LIMIT, WireValue.millis(limit.within()))
                    .put(AT_LIMIT, WireText.of(limit.then())));
    params.put(CHANNELS, migration.channels().count());
    params.put(COMPRESSION, WireText.of(migration.channels().compression()));
    storage(params, migration);
  }

  /** What it says that is of account for a domain without a machine. */
  static void offline(ObjectNode params, MigrationRequest migration) {
    params.put(TARGET, migration.target().toString());
    pace(params, migration.bytesPerSecond(), Optional.empty());
    storage(params, migration);
  }

  private static void storage(ObjectNode params, MigrationRequest migration) {
    params.put(
        STORAGE, WireText.of(migration.storage().isPresent() ? Storage.COPIED : Storage.SHARED));
    migration
        .storage()
        .flatMap(StorageCopy::directory)
        .ifPresent(directory -> params.put(DIRECTORY, directory.toString()));
  }

  static void pace(ObjectNode params, MigrationPace pace) {
    pace(params, pace.bytesPerSecond(), pace.downtime());
  }

  private static void pace(
      ObjectNode params, Optional<Long> bytesPerSecond, Optional<Duration> downtime) {
    bytesPerSecond.ifPresent(speed -> params.put(SPEED, speed));
    downtime.ifPresent(time -> params.put(DOWNTIME, WireValue.millis(time)));
  }

  private static MigrationRequest migration(Params params) {
    return new MigrationRequest(
        target(params),
        params.optionalNumber(SPEED),
        params.optionalMillis(DOWNTIME),
        params.optionalConstant(CONVERGENCE, Convergence.class).orElse(Convergence.LEFT_TO_GUEST),
        params
            .optionalMillis(LIMIT)
            .map(
                within ->
                    new MigrationLimit(
                        within,
                        params.optionalConstant(AT_LIMIT, AtLimit.class).orElse(AtLimit.CANCEL))),
        new StateChannels(
            params.optionalNumber(CHANNELS).isPresent()
                ? params.integer(CHANNELS)
                : StateChannels.ONE.count(),
            params
                .optionalConstant(COMPRESSION, Compression.class)
                .orElse(StateChannels.ONE.compression())),
        storage(params));
  }

  private static MigrationRequest offline(Params params) {
    MigrationRequest migration =
        new MigrationRequest(
            target(params),
            params.optionalNumber(SPEED),
            Optional.empty(),
            Convergence.LEFT_TO_GUEST);
    return storage(params).map(migration::with).orElse(migration);
  }

  private static Optional<StorageCopy> storage(Params params) {
    Storage usual = params.optionalText(DIRECTORY).isPresent() ? Storage.COPIED : Storage.SHARED;
    return params.optionalConstant(STORAGE, Storage.class).orElse(usual) == Storage.COPIED
        ? Optional.of(
            new StorageCopy(
                params
                    .optionalText(DIRECTORY)
                    .map(text -> ArgumentCodec.absolutePath(DIRECTORY, text))))
        : Optional.empty();
  }

  private static URI target(Params params) {
    String text = params.text(TARGET);
    try {
      return URI.create(text);
    } catch (IllegalArgumentException wrong) {
      throw new InvalidRequestException(
          "'" + Params.printable(text) + "' is no address of a host: " + ControlAddress.FORMS + ".",
          wrong);
    }
  }

  static ObjectNode write(List<String> obstacles) {
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("obstacles");
    obstacles.forEach(array::add);
    return node;
  }

  /**
   * The obstacles that were written.
   *
   * @throws MalformedReplyException when they are none
   */
  static List<String> obstacles(JsonNode node) {
    List<String> obstacles = new ArrayList<>();
    for (JsonNode each : Json.array(node, "obstacles")) {
      obstacles.add(each.asText());
    }
    return List.copyOf(obstacles);
  }
}
