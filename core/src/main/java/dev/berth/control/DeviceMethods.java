package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import java.util.function.BiFunction;

/** The methods by which devices of each kind come, go and are listed. */
final class DeviceMethods {
  private final Methods methods;

  private DeviceMethods(Methods methods) {
    this.methods = methods;
  }

  static void addTo(Methods methods) {
    DeviceMethods devices = new DeviceMethods(methods);
    devices.list(Methods.DISKS, (host, domain) -> DiskCodec.write(host.disks(domain)));
    devices.attach(Methods.ATTACH_DISK, VmHost::attachDisk);
    devices.detach(Methods.DETACH_DISK, JobArguments.DISK, VmHost::detachDisk);
    devices.list(Methods.NICS, (host, domain) -> NicCodec.write(host.nics(domain)));
    devices.attach(Methods.ATTACH_NIC, VmHost::attachNic);
    devices.detach(Methods.DETACH_NIC, JobArguments.NIC, VmHost::detachNic);
    devices.list(Methods.SHARES, (host, domain) -> ShareCodec.write(host.shares(domain)));
    devices.attachPlain(Methods.ATTACH_SHARE, VmHost::attachShare);
    devices.detach(Methods.DETACH_SHARE, JobArguments.SHARE, VmHost::detachShare);
    devices.list(Methods.DEVICES, (host, domain) -> DeviceCodec.write(host.devices(domain)));
    devices.attachPlain(Methods.ATTACH_DEVICE, VmHost::attachDevice);
    devices.detach(Methods.DETACH_DEVICE, JobArguments.DEVICE, VmHost::detachDevice);
  }

  private interface Attach {
    VerbResult on(
        VmHost host,
        DomainRef domain,
        DefinitionDocument document,
        EditScope scope,
        Resources resources,
        CallOptions options);
  }

  private interface AttachPlain {
    VerbResult on(
        VmHost host,
        DomainRef domain,
        DefinitionDocument document,
        EditScope scope,
        CallOptions options);
  }

  private interface Detach {
    Job on(
        VmHost host,
        DomainRef domain,
        String name,
        EditScope scope,
        JobOptions job,
        CallOptions options);
  }

  private void list(String method, BiFunction<VmHost, DomainRef, JsonNode> list) {
    methods.call(
        method,
        (host, params) -> list.apply(host, ArgumentCodec.domain(params)),
        ArgumentCodec.DOMAIN);
  }

  private void attach(String method, Attach attach) {
    methods.call(
        method,
        (host, params) -> {
          DomainRef domain = ArgumentCodec.domain(params);
          DefinitionDocument document = ArgumentCodec.document(params);
          EditScope scope = JobArguments.scope(params);
          CallOptions options = ArgumentCodec.options(params);
          return ResultCodec.write(
              attach.on(host, domain, document, scope, ArgumentCodec.resources(params), options));
        },
        ArgumentCodec.DOMAIN,
        ArgumentCodec.TEXT,
        ArgumentCodec.ORIGIN,
        ArgumentCodec.BASE_DIRECTORY,
        JobArguments.SCOPE,
        ArgumentCodec.DESCRIPTORS,
        ArgumentCodec.SECRETS,
        ArgumentCodec.DEADLINE);
  }

  /** The same for devices that name nothing which is to be given. */
  private void attachPlain(String method, AttachPlain attach) {
    methods.call(
        method,
        (host, params) ->
            ResultCodec.write(
                attach.on(
                    host,
                    ArgumentCodec.domain(params),
                    ArgumentCodec.document(params),
                    JobArguments.scope(params),
                    ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.TEXT,
        ArgumentCodec.ORIGIN,
        ArgumentCodec.BASE_DIRECTORY,
        JobArguments.SCOPE,
        ArgumentCodec.DEADLINE);
  }

  private void detach(String method, String named, Detach detach) {
    methods.call(
        method,
        (host, params) ->
            JobCodec.write(
                detach.on(
                    host,
                    ArgumentCodec.domain(params),
                    params.text(named),
                    JobArguments.scope(params),
                    JobArguments.options(params),
                    ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        named,
        JobArguments.SCOPE,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
  }
}
