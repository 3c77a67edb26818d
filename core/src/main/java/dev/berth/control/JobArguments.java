package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.JobId;
import dev.berth.json.Json;

/** The arguments of calls about jobs and devices as parameters. */
final class JobArguments {
  static final String JOB = "job";
  static final String DISK = "disk";
  static final String NIC = "nic";
  static final String SHARE = "share";
  static final String DEVICE = "device";
  static final String SCOPE = "scope";
  static final String KEY = "key";

  private JobArguments() {}

  static ObjectNode job(JobId job) {
    return Json.object().put(JOB, job.text());
  }

  /**
   * The job that is meant.
   *
   * @throws InvalidRequestException when the text is no id
   */
  static JobId job(Params params) {
    return new JobId(params.text(JOB));
  }

  static void scope(ObjectNode params, EditScope scope) {
    params.put(SCOPE, WireText.of(scope));
  }

  static EditScope scope(Params params) {
    return params.optionalConstant(SCOPE, EditScope.class).orElse(EditScope.BOTH);
  }

  static void options(ObjectNode params, JobOptions options) {
    options.key().ifPresent(key -> params.put(KEY, key));
  }

  static JobOptions options(Params params) {
    return new JobOptions(params.optionalText(KEY));
  }
}
