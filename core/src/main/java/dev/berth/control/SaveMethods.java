package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreRequest;
import dev.berth.host.RestoreRequest.ChangedImages;
import dev.berth.host.RestoreRequest.Guest;
import dev.berth.host.Saves;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import java.nio.file.Path;
import java.util.Optional;

/** The methods about saved machines, and their parameters. */
final class SaveMethods {
  static final String SAVE = "domain.save";
  static final String RESTORE = "save.restore";
  static final String DISCARD = "save.discard";
  static final String FILE = "file";
  private static final String GUEST = "guest";
  private static final String CHANGED_IMAGES = "changedImages";

  private SaveMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        SAVE,
        (host, params) -> JobCodec.write(save(host.saves(), params)),
        ArgumentCodec.DOMAIN,
        FILE,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        RESTORE,
        (host, params) -> {
          CallOptions options = ArgumentCodec.options(params); // before what takes descriptors
          return ResultCodec.write(
              host.saves().restore(restore(params), ArgumentCodec.resources(params), options));
        },
        FILE,
        GUEST,
        CHANGED_IMAGES,
        ArgumentCodec.DESCRIPTORS,
        ArgumentCodec.SECRETS,
        ArgumentCodec.DEADLINE);
    methods.call(
        DISCARD,
        (host, params) ->
            ResultCodec.write(
                host.saves().discard(ArgumentCodec.domain(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.DEADLINE);
  }

  /** Without a file it is a managed save. */
  private static Job save(Saves saves, Params params) {
    DomainRef domain = ArgumentCodec.domain(params);
    Optional<Path> file =
        params.optionalText(FILE).map(text -> ArgumentCodec.absolutePath(FILE, text));
    JobOptions job = JobArguments.options(params);
    CallOptions options = ArgumentCodec.options(params);
    return file.isPresent()
        ? saves.save(domain, file.get(), job, options)
        : saves.save(domain, job, options);
  }

  static ObjectNode restore(RestoreRequest restore) {
    return Json.object()
        .put(FILE, restore.file().toString())
        .put(GUEST, WireText.of(restore.guest()))
        .put(CHANGED_IMAGES, WireText.of(restore.changedImages()));
  }

  private static RestoreRequest restore(Params params) {
    return new RestoreRequest(
        ArgumentCodec.absolutePath(params, FILE),
        params.optionalConstant(GUEST, Guest.class).orElse(Guest.AS_SAVED),
        params.optionalConstant(CHANGED_IMAGES, ChangedImages.class).orElse(ChangedImages.REFUSE));
  }
}
