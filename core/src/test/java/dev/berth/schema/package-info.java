/** Tests of the schema index, the check of arguments and the gate, on schemas of real QEMUs. */
package dev.berth.schema;
