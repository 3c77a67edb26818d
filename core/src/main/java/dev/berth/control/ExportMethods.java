package dev.berth.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.ExportCodec;
import dev.berth.host.ExportRequest;
import dev.berth.job.JobCodec;
import dev.berth.job.JobId;

/** The methods about disks that are served for others to copy, and their arguments. */
final class ExportMethods {
  static final String EXPORT = "backup.export";
  static final String EXPORTED = "backup.exported";
  static final String EXTENTS = "backup.extents";
  static final String FINISH = "backup.finishExport";

  static final String SCRATCH = "scratch";
  static final String LIFETIME = "lifetimeMillis";
  static final String FROM = "from";

  private ExportMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        EXPORT,
        (host, params) ->
            JobCodec.write(
                host.backups()
                    .export(
                        ArgumentCodec.domain(params),
                        request(params),
                        JobArguments.options(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        BackupArguments.DISKS,
        BackupArguments.SINCE,
        SCRATCH,
        LIFETIME,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        EXPORTED,
        (host, params) ->
            ExportCodec.write(
                host.backups().exported(JobArguments.job(params), ArgumentCodec.options(params))),
        JobArguments.JOB,
        ArgumentCodec.DEADLINE);
    methods.call(
        EXTENTS,
        (host, params) ->
            ExportCodec.write(
                host.backups()
                    .extents(
                        JobArguments.job(params),
                        params.text(JobArguments.DISK),
                        params.optionalNumber(FROM).orElse(0L),
                        ArgumentCodec.options(params))),
        JobArguments.JOB,
        JobArguments.DISK,
        FROM,
        ArgumentCodec.DEADLINE);
    methods.call(
        FINISH,
        (host, params) ->
            JobCodec.write(
                host.backups()
                    .finishExport(JobArguments.job(params), ArgumentCodec.options(params))),
        JobArguments.JOB,
        ArgumentCodec.DEADLINE);
  }

  static void request(ObjectNode params, ExportRequest request) {
    ArrayNode disks = params.putArray(BackupArguments.DISKS);
    request.disks().forEach(disks::add);
    request.since().ifPresent(job -> params.put(BackupArguments.SINCE, job.text()));
    params.put(SCRATCH, request.scratch().toString());
    request.lifetime().ifPresent(lifetime -> params.put(LIFETIME, lifetime.toMillis()));
  }

  private static ExportRequest request(Params params) {
    return new ExportRequest(
        BackupArguments.disks(params),
        params.optionalText(BackupArguments.SINCE).map(JobId::new),
        ArgumentCodec.absolutePath(params, SCRATCH),
        params.optionalMillis(LIFETIME));
  }
}
