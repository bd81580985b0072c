/** The erp-us connector against the simulated ERP. */
@NullMarked
package io.crossdock.connector.erpus;

import org.jspecify.annotations.NullMarked;
