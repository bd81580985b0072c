/**
 * The conformance suite as a program: what the hub relies on, tried at any gRPC address and for any
 * contract, in whatever language the connector is written.
 *
 * <p>The contract comes by reflection or from a descriptor set. What needs no knowledge of the
 * backend is tried with requests made from the contract's rules; samples make it more.
 */
@NullMarked
package io.crossdock.connector.conformance;

import org.jspecify.annotations.NullMarked;
