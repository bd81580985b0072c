/** Tests of the rules of the contracts. */
@NullMarked
package io.crossdock.gateway.validation;

import org.jspecify.annotations.NullMarked;
