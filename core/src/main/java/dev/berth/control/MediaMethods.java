package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.host.Ejection;
import dev.berth.host.VmHost;

/** The methods that change the medium in a drive. */
final class MediaMethods {
  static final String INSERT = "domain.insert-medium";
  static final String EJECT = "domain.eject-medium";

  static final String MEDIUM = "medium";
  static final String EJECTION = "ejection";

  private final Methods methods;

  MediaMethods(Methods methods) {
    this.methods = methods;
  }

  void add() {
    methods.call(
        INSERT,
        MediaMethods::insert,
        ArgumentCodec.DOMAIN,
        JobArguments.DISK,
        MEDIUM,
        JobArguments.SCOPE,
        ArgumentCodec.DEADLINE);
    methods.call(
        EJECT,
        MediaMethods::eject,
        ArgumentCodec.DOMAIN,
        JobArguments.DISK,
        EJECTION,
        JobArguments.SCOPE,
        ArgumentCodec.DEADLINE);
  }

  private static JsonNode insert(VmHost host, Params params) {
    return ResultCodec.write(
        host.insertMedium(
            ArgumentCodec.domain(params),
            params.text(JobArguments.DISK),
            ArgumentCodec.absolutePath(params, MEDIUM),
            JobArguments.scope(params),
            ArgumentCodec.options(params)));
  }

  private static JsonNode eject(VmHost host, Params params) {
    return ResultCodec.write(
        host.ejectMedium(
            ArgumentCodec.domain(params),
            params.text(JobArguments.DISK),
            params.optionalConstant(EJECTION, Ejection.class).orElse(Ejection.ASKED),
            JobArguments.scope(params),
            ArgumentCodec.options(params)));
  }
}
