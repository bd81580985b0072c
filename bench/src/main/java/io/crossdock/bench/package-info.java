/**
 * The benchmark: processor time per call of the hub beside the floor (a plain gRPC server) and
 * beside proxies, under the same load in one run. Wall-clock figures on shared machines lie;
 * processor time and ratios do so less.
 */
@NullMarked
package io.crossdock.bench;

import org.jspecify.annotations.NullMarked;
