/** The rules for contracts, each seen to find what is broken. */
@NullMarked
package io.crossdock.contract;

import org.jspecify.annotations.NullMarked;
