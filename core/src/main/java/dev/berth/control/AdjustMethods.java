package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.LatencyDocument;
import dev.berth.definition.ThrottleDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.Shrinking;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import java.nio.file.Path;

/** The methods that change how something is set which a domain has. */
final class AdjustMethods {
  static final String SET_THROTTLE = "domain.set-throttle";
  static final String SET_LATENCY_HISTOGRAM = "domain.set-latency-histogram";
  static final String RESIZE_DISK = "domain.resize-disk";
  static final String SET_LINK = "domain.set-link";

  static final String THROTTLE = "throttle";
  static final String BOUNDARIES = "boundaries";
  static final String SIZE = "sizeBytes";
  static final String SHRINKING = "shrinking";
  static final String NIC = "nic";
  static final String LINK = "link";

  private final Methods methods;

  AdjustMethods(Methods methods) {
    this.methods = methods;
  }

  void add() {
    methods.call(
        SET_THROTTLE,
        AdjustMethods::setThrottle,
        ArgumentCodec.DOMAIN,
        JobArguments.DISK,
        THROTTLE,
        JobArguments.SCOPE,
        ArgumentCodec.DEADLINE);
    methods.call(
        SET_LATENCY_HISTOGRAM,
        AdjustMethods::setLatencyHistogram,
        ArgumentCodec.DOMAIN,
        JobArguments.DISK,
        BOUNDARIES,
        JobArguments.SCOPE,
        ArgumentCodec.DEADLINE);
    methods.call(
        RESIZE_DISK,
        AdjustMethods::resizeDisk,
        ArgumentCodec.DOMAIN,
        JobArguments.DISK,
        SIZE,
        SHRINKING,
        ArgumentCodec.DEADLINE);
    methods.call(
        SET_LINK,
        AdjustMethods::setLink,
        ArgumentCodec.DOMAIN,
        NIC,
        LINK,
        JobArguments.SCOPE,
        ArgumentCodec.DEADLINE);
  }

  private static JsonNode setThrottle(VmHost host, Params params) {
    return ResultCodec.write(
        host.setThrottle(
            ArgumentCodec.domain(params),
            params.text(JobArguments.DISK),
            throttle(params),
            JobArguments.scope(params),
            ArgumentCodec.options(params)));
  }

  private static Throttle throttle(Params params) {
    JsonNode limits = params.member(THROTTLE).orElseThrow(() -> params.missing(THROTTLE));
    if (!limits.isObject()) {
      throw params.wrong(THROTTLE, "an object", limits);
    }
    return ThrottleDocument.read(new DefinitionDocument(Json.text(limits), THROTTLE, Path.of("/")));
  }

  private static JsonNode setLatencyHistogram(VmHost host, Params params) {
    return ResultCodec.write(
        host.setLatencyHistogram(
            ArgumentCodec.domain(params),
            params.text(JobArguments.DISK),
            latencies(params),
            JobArguments.scope(params),
            ArgumentCodec.options(params)));
  }

  private static LatencyBounds latencies(Params params) {
    JsonNode bounds = params.member(BOUNDARIES).orElseThrow(() -> params.missing(BOUNDARIES));
    if (!bounds.isArray()) {
      throw params.wrong(BOUNDARIES, "an array of texts", bounds);
    }
    return bounds.isEmpty() ? LatencyBounds.NONE : LatencyDocument.read(bounds, BOUNDARIES);
  }

  private static JsonNode resizeDisk(VmHost host, Params params) {
    return ResultCodec.write(
        host.resizeDisk(
            ArgumentCodec.domain(params),
            params.text(JobArguments.DISK),
            size(params),
            params.optionalConstant(SHRINKING, Shrinking.class).orElse(Shrinking.REFUSED),
            ArgumentCodec.options(params)));
  }

  static ByteSize size(Params params) {
    long bytes = params.number(SIZE);
    if (bytes < 0) {
      throw new InvalidRequestException(SIZE + ": must not be negative, is " + bytes + ".");
    }
    return new ByteSize(bytes);
  }

  private static JsonNode setLink(VmHost host, Params params) {
    return ResultCodec.write(
        host.setLink(
            ArgumentCodec.domain(params),
            params.text(NIC),
            params.constant(LINK, LinkState.class),
            JobArguments.scope(params),
            ArgumentCodec.options(params)));
  }
}
