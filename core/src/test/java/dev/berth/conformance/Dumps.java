package dev.berth.conformance;

import java.util.List;

/** Memory written to files, and the processors. */
final class Dumps implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-smp 2 -device virtio-balloon-pci,id=balloon");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell(
        "dump-guest-memory",
        "{'paging':false,'protocol':'file:dump','detach':true,'begin':0,'length':65536}",
        "DUMP_COMPLETED");
    qemu.tell("query-dump");
    qemu.tell("memsave", "{'val':0,'size':4096,'filename':'virtual','cpu-index':0}");
    qemu.tell("pmemsave", "{'val':0,'size':4096,'filename':'physical'}");
    qemu.attempt("dumpdtb", "{'filename':'tree'}");
    qemu.attempt("dump-skeys", "{'filename':'keys'}");
    qemu.tell("balloon", "{'value':50331648}");
    qemu.attempt("query-balloon", "{}");
    processors(qemu);
  }

  private static void processors(LiveQemu qemu) throws InterruptedException {
    qemu.tell("query-cpu-model-expansion", "{'type':'static','model':{'name':'qemu64'}}");
    qemu.tell(
        "query-cpu-model-expansion",
        "{'type':'full','model':{'name':'max','props':{'aes':false}}}");
    String both = "{'modela':{'name':'qemu64'},'modelb':{'name':'max'}}";
    qemu.attempt("query-cpu-model-baseline", both);
    qemu.attempt("query-cpu-model-comparison", both);
    qemu.attempt("set-vcpu-dirty-limit", "{'dirty-rate':10,'cpu-index':0}");
    qemu.attempt("query-vcpu-dirty-limit", "{}");
    qemu.attempt("cancel-vcpu-dirty-limit", "{'cpu-index':0}");
    qemu.attempt("set-cpu-topology", "{'core-id':0,'entitlement':'auto'}");
  }
}
