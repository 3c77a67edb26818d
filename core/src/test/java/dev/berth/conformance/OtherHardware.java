package dev.berth.conformance;

/** What needs hardware, hypervisors or modes that this machine does not have is refused as such. */
final class OtherHardware implements Scenario {

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.attempt("query-sev-attestation-report", "{'mnonce':'AAAAAAAAAAAAAAAAAAAAAA=='}");
    qemu.attempt("sev-inject-launch-secret", "{'packet-header':'AAAA','secret':'AAAA','gpa':4096}");
    qemu.attempt("xen-event-list", "{}");
    qemu.attempt("xen-event-inject", "{'port':1}");
    qemu.attempt("xen-set-replication", "{'enable':true,'primary':true,'failover':false}");
    qemu.attempt("query-xen-replication-status", "{}");
    qemu.attempt("xen-colo-do-checkpoint", "{}");
    qemu.attempt("xen-load-devices-state", "{'filename':'none'}");
    qemu.attempt("replay-break", "{'icount':1}");
    qemu.attempt("replay-delete-break", "{}");
    qemu.attempt("replay-seek", "{'icount':1}");
    qemu.attempt("inject-ghes-v2-error", "{'cper':'AAAA'}");
  }
}
