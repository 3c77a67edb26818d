package dev.berth.conformance;

import java.util.List;

/** A machine that is still being put together. */
final class Preconfig implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-preconfig -smp 2,maxcpus=2 -object memory-backend-ram,id=ram,size=64M");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("query-hotpluggable-cpus");
    qemu.tell("set-numa-node", "{'type':'node','nodeid':0,'memdev':'ram','cpus':[]}");
    qemu.tell("set-numa-node", "{'type':'cpu','node-id':0,'socket-id':0}");
    qemu.tell("x-exit-preconfig");
    qemu.tell("query-status");
  }
}
