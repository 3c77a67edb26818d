package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.host.VmHost;
import dev.berth.job.JobCodec;

/** The methods that say how much of something a domain is to have. */
final class SizingMethods {
  static final String SET_CPUS = "domain.set-cpus";

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
  }

  private static JsonNode setCpus(VmHost host, Params params) {
    return JobCodec.write(
        host.setCpus(
            ArgumentCodec.domain(params),
            Math.toIntExact(params.number(CPUS)),
            JobArguments.scope(params),
            JobArguments.options(params),
            ArgumentCodec.options(params)));
  }
}
