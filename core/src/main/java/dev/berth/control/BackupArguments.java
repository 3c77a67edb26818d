package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.BackupName;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.Extent;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.image.ImageFormat;
import dev.berth.json.Json;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The arguments of calls about backups as parameters. */
final class BackupArguments {
  static final String NAME = "name";
  static final String DIRECTORY = "directory";
  static final String DISKS = "disks";
  static final String EXTENT = "extent";
  static final String SINCE = "since";
  static final String SPEED = "bytesPerSecond";
  static final String COMPRESSION = "compression";
  static final String QUIESCE = "quiesce";
  static final String FILES = "files";
  static final String FORMAT = "format";
  static final String CHECKPOINT = "checkpoint";

  private BackupArguments() {}

  static ObjectNode directory(Path directory) {
    return Json.object().put(DIRECTORY, directory.toString());
  }

  static ObjectNode named(Path directory, BackupName name) {
    return directory(directory).put(NAME, name.text());
  }

  static BackupName name(Params params) {
    return new BackupName(params.text(NAME));
  }

  static void newFiles(ObjectNode params, NewFiles target) {
    ObjectNode files = params.putObject(FILES);
    target.files().forEach((disk, file) -> files.put(disk, file.toString()));
    params.put(FORMAT, WireText.of(target.format()));
  }

  static NewFiles newFiles(Params params) {
    Map<String, Path> files = new TreeMap<>();
    params
        .textsByName(FILES)
        .forEach((disk, file) -> files.put(disk, ArgumentCodec.absolutePath(FILES, file)));
    return new NewFiles(files, format(params));
  }

  private static ImageFormat format(Params params) {
    return params.optionalConstant(FORMAT, ImageFormat.class).orElse(ImageFormat.QCOW2);
  }

  static void imagesOf(ObjectNode params, ImagesOf target) {
    ArrayNode disks = params.putArray(DISKS);
    target.disks().forEach(disks::add);
  }

  static ImagesOf imagesOf(Params params) {
    return new ImagesOf(ArgumentCodec.domain(params), disks(params));
  }

  static void backup(ObjectNode params, BackupRequest request) {
    params.put(NAME, request.name().text());
    params.put(DIRECTORY, request.directory().toString());
    disks(params, request.disks());
    params.put(EXTENT, request.wanted().extent().text());
    request.wanted().since().ifPresent(name -> params.put(SINCE, name.text()));
    params.put(SPEED, request.pace().bytesPerSecond());
    params.put(COMPRESSION, WireText.of(request.pace().compression()));
    params.put(QUIESCE, WireText.of(request.quiesce()));
    params.put(FORMAT, WireText.of(request.format()));
  }

  static BackupRequest backup(Params params) {
    return new BackupRequest(
        name(params),
        ArgumentCodec.absolutePath(params, DIRECTORY),
        disks(params),
        new Wanted(
            params.optionalConstant(EXTENT, Extent.class).orElse(Extent.INCREMENTAL),
            params.optionalText(SINCE).map(BackupName::new)),
        new Pace(
            params.optionalNumber(SPEED).orElse(0L),
            params.optionalConstant(COMPRESSION, Compression.class).orElse(Compression.NONE)),
        params.optionalConstant(QUIESCE, Quiesce.class).orElse(Quiesce.NONE),
        format(params));
  }

  static void checkpoint(ObjectNode params, CheckpointName name) {
    params.put(CHECKPOINT, name.text());
  }

  static CheckpointName checkpoint(Params params) {
    return new CheckpointName(params.text(CHECKPOINT));
  }

  static void disks(ObjectNode params, Set<String> names) {
    ArrayNode disks = params.putArray(DISKS);
    names.forEach(disks::add);
  }

  /** The names of disks that are meant; none for all. */
  static Set<String> disks(Params params) {
    JsonNode texts = params.member(DISKS).orElseGet(Json::array);
    Set<String> disks = new TreeSet<>();
    if (!texts.isArray()) {
      throw params.wrong(DISKS, "an array of texts", texts);
    }
    for (JsonNode text : texts) {
      if (!text.isTextual()) {
        throw params.wrong(DISKS, "an array of texts", text);
      }
      disks.add(text.textValue());
    }
    return disks;
  }
}
