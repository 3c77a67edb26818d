package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.host.VmHost;
import dev.berth.job.JobCodec;

/** The methods that say how much of something a domain is to have. */
final class SizingMethods {
  static final String SET_CPUS = "domain.set-cpus";
  static final String SET_MEMORY = "domain.set-memory";
  static final String SET_BALLOON = "domain.set-balloon";

  static final String CPUS = "cpus";

  private final Methods methods;

  SizingMethods(Methods methods) {
    this.methods = methods;
  }

  void add() {
    methods.call(
        SET_CPUS,
        SizingMethods::setCpus,
        ArgumentCodec.DOMAIN,
        CPUS,
        JobArguments.SCOPE,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        SET_MEMORY,
        SizingMethods::setMemory,
        ArgumentCodec.DOMAIN,
        AdjustMethods.SIZE,
        JobArguments.SCOPE,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        SET_BALLOON,
        SizingMethods::setBalloon,
        ArgumentCodec.DOMAIN,
        AdjustMethods.SIZE,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
  }

  private static JsonNode setMemory(VmHost host, Params params) {
    return JobCodec.write(
        host.setMemory(
            ArgumentCodec.domain(params),
            AdjustMethods.size(params),
            JobArguments.scope(params),
            JobArguments.options(params),
            ArgumentCodec.options(params)));
  }

  private static JsonNode setBalloon(VmHost host, Params params) {
    return JobCodec.write(
        host.setBalloon(
            ArgumentCodec.domain(params),
            AdjustMethods.size(params),
            JobArguments.options(params),
            ArgumentCodec.options(params)));
  }

  private static JsonNode setCpus(VmHost host, Params params) {
    return JobCodec.write(
        host.setCpus(
            ArgumentCodec.domain(params),
            params.integer(CPUS),
            JobArguments.scope(params),
            JobArguments.options(params),
            ArgumentCodec.options(params)));
  }
}
