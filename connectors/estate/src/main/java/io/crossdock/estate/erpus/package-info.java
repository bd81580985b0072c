/** The American ERP: RPC, JSON numbers, business errors with status 200. */
@NullMarked
package io.crossdock.estate.erpus;

import org.jspecify.annotations.NullMarked;
