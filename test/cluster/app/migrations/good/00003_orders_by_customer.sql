-- +goose Up
create index orders_by_customer on orders (customer);
-- +goose Down
drop index orders_by_customer;
