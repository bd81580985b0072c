/** Tests of what is compiled from the contracts. */
@NullMarked
package io.crossdock.gateway.operation;

import org.jspecify.annotations.NullMarked;
