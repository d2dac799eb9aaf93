-- +goose Up
alter table orders add colum total numeric(12, 2);
-- +goose Down
alter table orders drop column total;
